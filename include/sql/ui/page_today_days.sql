-- Run by the page «Сегодня»: the days that the page shows, by time zone of the organisations in sight.
select
    (cast(%(now)s as timestamptz) at time zone organization.timezone)::date - 1 as yesterday,
    min(organization.timezone) as timezone,
    count(*) as organizations
from control.organization
where cast(%(inn)s as text) is null or organization.inn = %(inn)s
group by (cast(%(now)s as timestamptz) at time zone organization.timezone)::date
order by count(*) desc
