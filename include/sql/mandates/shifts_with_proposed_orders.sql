-- Run by `smena organization set --from` and `smena accounts add`: the number of shifts closed from a day on that wait
-- with the orders proposed by their load.
select count(*) as shifts
from accounting.shift
where
    organization_inn = %(inn)s
    and closed_at >= %(first_day)s
    and outcome in ('conflict', 'needs_review', 'before_start', 'closed_period')
    and jsonb_array_length(proposed_orders) > 0
