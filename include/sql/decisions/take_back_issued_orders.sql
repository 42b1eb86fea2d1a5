-- Run by taking answers back: reverse the orders that they issued; their numbers stay taken.
-- reads: asked_answer
update accounting.cash_order
set
    status = 'reversed',
    status_by = %(by)s,
    status_at = now(),
    status_reason = %(reason)s,
    reversed_decision_id = cash_order.issued_decision_id,
    reversed_on = cash_order.date,
    revision = cash_order.revision + 1,
    loaded_at = now()
from asked_answer
where cash_order.issued_decision_id = asked_answer.decision_id and cash_order.status = 'new'
