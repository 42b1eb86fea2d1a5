-- Run by the pages at each request: a person's sight, by the name in Airflow: `sees_all`, or a list of organisations.
select
    coalesce(bool_or(organization_inn is null), false) as sees_all,
    coalesce(array_agg(organization_inn) filter (where organization_inn is not null), '{}') as organizations
from control.page_user
where user_name = %(user_name)s
