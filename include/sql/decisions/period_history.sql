-- Run by `smena period`: every closing and opening.
select
    action,
    through_before,
    through_after,
    reason,
    changed_by,
    changed_at
from control.closed_period_history
where organization_inn = %(inn)s
order by closed_period_history_id
