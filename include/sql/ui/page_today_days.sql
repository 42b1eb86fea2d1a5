-- Run by the desk, «Сегодня»: the days that the page is about: of the organisations in sight, by zone.
select
    (cast(%(now)s as timestamptz) at time zone organization.timezone)::date - 1 as yesterday,
    min(organization.timezone) as timezone,
    count(*) as organizations
from control.organization
where cast(%(inn)s as text) is null or organization.inn = %(inn)s
group by (cast(%(now)s as timestamptz) at time zone organization.timezone)::date
order by count(*) desc
