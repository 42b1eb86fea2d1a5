-- Run by resolve, first: resolve decisions, each with its answer, who and why; the triggers check for this row.
update control.decision
set
    state = 'resolved',
    resolution = answer.word,
    resolved_by = %(resolved_by)s,
    resolved_at = now(),
    resolution_reason = %(reason)s
from unnest(cast(%(decisions)s as bigint[]), cast(%(words)s as text[])) as answer (decision_id, word)
where decision.decision_id = answer.decision_id and decision.state = 'open'
