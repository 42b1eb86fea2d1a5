-- Run by `stored_certificates.newest`: the newest certificate of each organisation and period, and how many are older.
select distinct on (organization_inn, first_day, last_day)
    completeness_certificate_id as certificate_id,
    organization_inn as inn,
    made_at,
    count(*) over (partition by organization_inn, first_day, last_day) - 1 as older
from control.completeness_certificate
order by organization_inn asc, first_day asc, last_day asc, completeness_certificate_id desc
