-- Run by publish after market_lines: questions that Market has answered itself, or asks otherwise now.
-- reads: told_document
update control.decision
set
    state = 'resolved',
    resolution = case when told.verdict = 'conflict' then 'superseded' else 'withdrawn' end,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'Market tells another thing now'
from told_document as told
where
    decision.document_id = told.document_id
    and decision.state = 'open'
    and (told.verdict <> 'conflict' or decision.held ->> 'digest' <> told.digest)
