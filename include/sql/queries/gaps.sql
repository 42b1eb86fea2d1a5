-- Run by the planner and the CLI: what is out of reach as of the newest plan.
select
    unit_id,
    lower(days) as first_day,
    upper(days) - 1 as last_day,
    reason,
    details
from control.gap
where organization_inn = %(inn)s and product = %(product)s
order by unit_id, days, reason
