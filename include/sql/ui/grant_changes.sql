-- Run by the pages for an administrator: the newest grants and revocations of the organisations in the administrator's
-- sight.
select
    organization_inn,
    what,
    before,
    after,
    changed_by,
    changed_at
from control.setting_change
where
    what in ('grant', 'revoke')
    and (%(sees_all)s or organization_inn = any(cast(%(inns)s as text[])))
order by setting_change_id desc
limit %(most)s
