-- Run by the pages: one organisation, if it is in sight.
select
    organization.inn,
    organization.kpp,
    organization.name,
    organization.tariff,
    organization.modifier,
    organization.timezone,
    (now() at time zone organization.timezone)::date as today,
    ((now() at time zone organization.timezone) - interval '6 hours')::date as due_before,
    (select max(closed_period.through) from control.closed_period where organization_inn = organization.inn)
        as closed_through
from control.organization
where organization.inn = %(inn)s
