-- Run by publish of Kontur.Market: questions that Market has answered itself, or asks otherwise now.
update control.decision
set
    state = 'resolved',
    resolution = answer.resolution,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'Market tells another thing now'
from unnest(%(decisions)s::bigint[], %(resolutions)s::text[]) as answer (decision_id, resolution)
where decision.decision_id = answer.decision_id and decision.state = 'open'
