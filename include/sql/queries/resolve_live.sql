-- Run by resolve: orders of the held shift that stand; there is nothing to issue where there are any.
select cash_order.document_id
from control.decision
inner join accounting.cash_order on decision.shift_id = cash_order.shift_id
where decision.decision_id = %(decision_id)s and cash_order.status <> 'reversed'
