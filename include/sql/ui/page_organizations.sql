-- Run by the desk: the organisations in sight, by name; some of the name or the ИНН's beginning narrows them.
select
    organization.inn,
    organization.name,
    (now() at time zone organization.timezone)::date as today
from control.organizations_page(%(search)s, '', '', %(most)s) as organization
order by organization.name, organization.inn
