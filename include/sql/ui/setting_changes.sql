-- Run by the pages: the newest changes of an organisation's settings and account rules.
select
    what,
    before,
    after,
    changed_by,
    changed_at
from control.setting_change
where organization_inn = %(inn)s and what in ('settings', 'account_rule')
order by setting_change_id desc
limit %(most)s
