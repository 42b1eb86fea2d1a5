-- Run by resolve before resolve_issue: the orders that stand of the shift, or of its rival from the other source, are reversed; their numbers stay taken. In a closed
-- period the reversal counts on the first open day, and the period's turnover stays as it was.
update accounting.cash_order
set
    status = 'reversed',
    status_by = %(resolved_by)s,
    status_at = now(),
    status_reason = %(reason)s,
    reversed_decision_id = decision.decision_id,
    reversed_on = greatest(cash_order.date, closed_period.through + 1),
    revision = cash_order.revision + 1
from control.decision
left join control.closed_period on decision.organization_inn = closed_period.organization_inn
where
    decision.decision_id = %(decision_id)s
    and cash_order.shift_id = case when %(of_rival)s then decision.rival_id else decision.shift_id end
    and cash_order.status <> 'reversed'
returning cash_order.document_id
