-- Run by the pages: the organisations in sight, by name, optionally with a part of the name or the beginning of the
-- ИНН.
select
    organization.inn,
    organization.name,
    (now() at time zone organization.timezone)::date as today
from control.organizations_page(%(search)s, '', '', %(most)s) as organization
order by organization.name, organization.inn
