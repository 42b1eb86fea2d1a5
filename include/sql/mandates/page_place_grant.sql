-- Run by `smena access grant`: add a grant of a place of an organisation; an existing one is not changed and adds
-- nothing to the history.
with granted as (
    insert into control.page_user (user_name, organization_inn, kpp, sales_point, granted_by)
    values (%(user_name)s, %(inn)s, %(kpp)s, %(sales_point)s, %(granted_by)s)
    on conflict do nothing
    returning user_name, organization_inn, kpp, sales_point, granted_by
)

insert into control.setting_change (organization_inn, what, after, changed_by)
select
    organization_inn,
    'grant',
    jsonb_strip_nulls(jsonb_build_object('user', user_name, 'kpp', kpp, 'sales_point', sales_point)),
    granted_by
from granted
