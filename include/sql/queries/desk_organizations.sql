-- Run by the desk: the organisations in sight, by name; some of the name or the ИНН's beginning narrows them.
select
    organization.inn,
    organization.name,
    (now() at time zone organization.timezone)::date as today
from control.organization
where
    %(search)s = ''
    or organization.inn like %(search)s || '%%'
    or position(lower(%(search)s) in lower(organization.name)) > 0
order by organization.name, organization.inn
limit %(most)s
