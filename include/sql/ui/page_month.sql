-- Run by the page «Месяц»: a page of organisations in sight, each with the day through which its books are closed.
select
    organization.inn,
    organization.name,
    closed_period.through as closed_through,
    closed_period.closed_by,
    started.first_day
from control.organizations_page(%(search)s, %(after_name)s, %(after_inn)s, %(most)s) as organization
left join control.closed_period on organization.inn = closed_period.organization_inn
cross join
    lateral (
        select min(integration.start_date) as first_day
        from control.integration
        where integration.organization_inn = organization.inn
    ) as started
order by organization.name, organization.inn
