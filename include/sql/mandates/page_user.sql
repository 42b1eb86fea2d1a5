-- Run by the desk at each request: what a person sees, by the name in Airflow. `sees_all`, or the organisations named.
select
    coalesce(bool_or(organization_inn is null), false) as sees_all,
    coalesce(array_agg(organization_inn) filter (where organization_inn is not null), '{}') as organizations
from control.page_user
where user_name = %(user_name)s
