-- Run by taking answers back, first: store who takes them back and why; the triggers check for this.
-- reads: asked_answer
update control.decision
set taken_back_by = %(by)s, taken_back_at = now(), taken_back_reason = %(reason)s
from asked_answer
where decision.decision_id = asked_answer.decision_id and decision.taken_back_at is null
