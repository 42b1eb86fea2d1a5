-- Run by every step: a batch and its state.
select
    batch_id,
    organization_inn,
    product,
    run_id,
    reason,
    detail,
    first_day,
    last_day,
    planned_at,
    state,
    finished_at,
    summary,
    allowed_changes
from control.batch
where batch_id = %(batch_id)s
