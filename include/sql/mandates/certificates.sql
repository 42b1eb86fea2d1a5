-- Run by readers of certificates: those of one organisation or all, newest first; the newest of each is in use.
select
    certificate_id,
    organization_inn,
    source,
    certificate,
    subject,
    issuer,
    serial,
    key_algorithm,
    valid_from,
    valid_to,
    thumbprint_sha1,
    thumbprint_sha256,
    added_by,
    added_at,
    row_number() over (partition by organization_inn order by certificate_id desc) = 1 as serves
from control.certificate
where organization_inn = coalesce(%(inn)s, organization_inn)
order by organization_inn asc, certificate_id desc
