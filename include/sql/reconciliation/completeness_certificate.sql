-- Run by `stored_certificates.certificate_of`: the contents of one certificate of completeness.
select
    content,
    content_bytes
from control.completeness_certificate
where organization_inn = %(inn)s and completeness_certificate_id = %(certificate_id)s
