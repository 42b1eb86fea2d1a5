-- Run by publish after apply_opened_decisions: set the recommended answers. They follow from present data: a later
-- comparison of cheques with receipts may change them.
-- reads: recommendation
update control.decision
set recommendation = jsonb_build_object('word', recommendation.word, 'reason', recommendation.reason)
from recommendation
where
    decision.shift_id = recommendation.shift_id
    and decision.kind = recommendation.kind
    and decision.state = 'open'
    and decision.recommendation
    is distinct from jsonb_build_object('word', recommendation.word, 'reason', recommendation.reason)
