-- Run by `stored_certificates.kept`: the certificates of completeness of an organisation, the newest first.
select
    completeness_certificate_id as certificate_id,
    first_day,
    last_day,
    is_complete,
    sha256,
    made_by,
    made_at
from control.completeness_certificate
where organization_inn = %(inn)s
order by completeness_certificate_id desc
limit %(most)s
