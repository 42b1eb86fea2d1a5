-- Run by `smena access revoke`: revoke the grant for one organisation or place, or (none named) all grants, with who
-- revoked each.
with revoked as (
    delete from control.page_user
    where
        user_name = %(user_name)s
        and (
            cast(%(inn)s as text) is null
            or (
                organization_inn = %(inn)s
                and kpp is not distinct from %(kpp)s
                and sales_point is not distinct from %(sales_point)s
            )
        )
    returning user_name, organization_inn, kpp, sales_point, granted_by, granted_at
)

insert into control.setting_change (organization_inn, what, before, changed_by)
select
    organization_inn,
    'revoke',
    jsonb_strip_nulls(
        jsonb_build_object(
            'user', user_name, 'kpp', kpp, 'sales_point', sales_point, 'granted_by', granted_by,
            'granted_at', granted_at
        )
    ),
    %(by)s
from revoked
order by organization_inn nulls first
