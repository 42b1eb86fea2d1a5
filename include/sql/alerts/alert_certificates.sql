-- Run by alerts: certificates that end before a moment, of organisations that have something switched on.
select
    organization_inn,
    valid_to
from (
    select distinct on (organization_inn)
        organization_inn,
        valid_to
    from control.certificate
    where organization_inn = coalesce(%(inn)s, organization_inn)
    order by organization_inn asc, certificate_id desc
) as serving
where
    valid_to < %(before)s
    and exists (
        select from control.integration
        where integration.organization_inn = serving.organization_inn and integration.state = 'on'
    )
