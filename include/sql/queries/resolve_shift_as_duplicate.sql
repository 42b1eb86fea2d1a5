-- Run by resolve: of two sources that tell of one shift, the other one's is booked.
update accounting.shift
set
    outcome = 'duplicate',
    same_as = case when %(of_rival)s then decision.shift_id else decision.rival_id end,
    reason = decision.resolution || ', ' || decision.resolved_by || ': ' || decision.resolution_reason,
    decision_id = decision.decision_id,
    revision = shift.revision + 1,
    loaded_at = now()
from control.decision
where
    decision.decision_id = %(decision_id)s
    and shift.shift_id = case when %(of_rival)s then decision.rival_id else decision.shift_id end
