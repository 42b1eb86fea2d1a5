-- Run by resolve, first: the decision is resolved, with who and why; the guards look for it.
update control.decision
set
    state = 'resolved',
    resolution = %(resolution)s,
    resolved_by = %(resolved_by)s,
    resolved_at = now(),
    resolution_reason = %(reason)s
where decision_id = %(decision_id)s and state = 'open'
