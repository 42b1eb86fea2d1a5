-- Run by the planner: uncover the days of batches that end on a day which is not over yet. A clock that was ahead
-- planned them, and their days could not be read whole.
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
