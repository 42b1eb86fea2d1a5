-- Run by the planner: a batch that ends on a day which is not over yet was planned by a clock that was ahead. What it
-- called covered was not there to be read, so its days are missing again.
with ahead as (
    select batch_id
    from control.batch
    where organization_inn = %(inn)s and product = %(product)s and last_day > %(newest_day)s
),

taken as (
    delete from control.coverage
    using ahead
    where coverage.batch_id = ahead.batch_id
)

delete from control.covered_day
using ahead
where covered_day.batch_id = ahead.batch_id
