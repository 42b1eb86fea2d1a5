-- Run by taking answers back, first: who takes them back and why; the guards look for it.
-- reads: asked_answer
update control.decision
set taken_back_by = %(by)s, taken_back_at = now(), taken_back_reason = %(reason)s
from asked_answer
where decision.decision_id = asked_answer.decision_id and decision.taken_back_at is null
