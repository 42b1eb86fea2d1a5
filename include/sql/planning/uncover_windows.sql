-- Run by publish for `uncoverable_days`: windows that the batch requested of registers or shops with a rejected record.
select
    unit_id,
    fetch_id,
    first_day,
    last_day + 1 as end_day
from control.assignment
where
    batch_id = %(batch_id)s
    and exists (select from stage.reject where reject.batch_id = %(batch_id)s)
