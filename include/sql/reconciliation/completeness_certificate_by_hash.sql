-- Run by `stored_certificates.certificate_by_hash`: the contents of the certificate of an organisation with this hash.
select
    content,
    content_bytes
from control.completeness_certificate
where organization_inn = %(inn)s and sha256 = %(sha256)s
