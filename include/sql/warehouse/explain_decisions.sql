-- Run by `smena explain`: decisions about a shift, or that compared another one with it.
select
    decision_id,
    kind,
    state,
    shift_id,
    competing_shift_id,
    reason,
    kept,
    held,
    evidence,
    decided_by,
    decided_at,
    batch_id,
    recommendation,
    resolution,
    resolved_by,
    resolved_at,
    resolution_reason
from control.decision
where shift_id = %(shift_id)s or competing_shift_id = %(shift_id)s
order by decision_id
