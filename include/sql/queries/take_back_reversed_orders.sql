-- Run by taking answers back: the orders that they reversed are what they were. One that was new is signed by who took the
-- answer back; an accepted or rejected one is signed as before.
-- reads: asked_answer
update accounting.cash_order
set
    status = former.status,
    status_by = case former.status when 'new' then %(by)s else former.status_by end,
    status_at = case former.status when 'new' then now() else former.status_at end,
    status_reason = case former.status when 'new' then %(reason)s else former.status_reason end,
    reversed_decision_id = null,
    reversed_on = null,
    revision = cash_order.revision + 1,
    loaded_at = now()
from asked_answer
cross join accounting.cash_order_history as former
where
    cash_order.reversed_decision_id = asked_answer.decision_id
    and cash_order.issued_decision_id is distinct from asked_answer.decision_id
    and cash_order.status = 'reversed'
    and former.document_id = cash_order.document_id
    and former.revision = cash_order.revision - 1
    and former.status <> 'reversed'
