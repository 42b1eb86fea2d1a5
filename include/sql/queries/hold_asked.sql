-- Run by publish after hold_shifts: a shift that needs a look for another reason too is asked about once, with both.
update control.decision
set
    state = 'resolved',
    resolution = 'superseded',
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'Market may have booked it too'
from held_back
where
    decision.shift_id = held_back.shift_id
    and decision.kind = 'review'
    and decision.state = 'open'
    and decision.rival_id is null
