-- Run by `smena access revoke`: revoke the grant for one organisation, or (none named) all grants, with who revoked
-- each.
with revoked as (
    delete from control.page_user
    where user_name = %(user_name)s and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    returning user_name, organization_inn, granted_by, granted_at
)

insert into control.setting_change (organization_inn, what, before, changed_by)
select
    organization_inn,
    'revoke',
    jsonb_build_object('user', user_name, 'granted_by', granted_by, 'granted_at', granted_at),
    %(by)s
from revoked
order by organization_inn nulls first
