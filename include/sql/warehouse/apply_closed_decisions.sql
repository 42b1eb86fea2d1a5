-- Run by publish: close questions that need no answer any more.
-- reads: closing_decision
update control.decision
set
    state = 'resolved',
    resolution = closing_decision.resolution,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = closing_decision.reason
from closing_decision
where decision.decision_id = closing_decision.decision_id and decision.state = 'open'
