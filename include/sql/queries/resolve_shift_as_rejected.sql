-- Run by resolve: nothing is booked of the shift, whatever the source tells of it later.
update accounting.shift
set
    outcome = 'rejected',
    reason = decision.resolved_by || ': ' || decision.resolution_reason,
    decision_id = decision.decision_id,
    revision = shift.revision + 1,
    loaded_at = now()
from control.decision
where decision.decision_id = %(decision_id)s and shift.shift_id = decision.shift_id
