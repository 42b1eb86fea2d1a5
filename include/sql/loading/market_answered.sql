-- Run by publish of Kontur.Market: close questions that Market's newer data have answered or replaced.
update control.decision
set
    state = 'resolved',
    resolution = answer.resolution,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'market_reports_otherwise'
from unnest(%(decisions)s::bigint[], %(resolutions)s::text[]) as answer (decision_id, resolution)
where decision.decision_id = answer.decision_id and decision.state = 'open'
