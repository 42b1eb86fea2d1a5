-- Run by `smena explain`: what was decided about a shift.
select
    decision_id,
    kind,
    state,
    reason,
    kept,
    held,
    evidence,
    decided_by,
    decided_at,
    batch_id,
    resolution,
    resolved_by,
    resolved_at,
    resolution_reason
from control.decision
where shift_id = %(shift_id)s
order by decision_id
