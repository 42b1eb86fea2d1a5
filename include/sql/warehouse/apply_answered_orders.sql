-- Run by resolve: mark the orders named in `change_order` as reversed; their numbers stay taken. An order dated in a
-- closed period is reversed on the first open day, so that the period's turnover does not change, any other on its own
-- date.
-- reads: change_order
update accounting.cash_order
set
    status = 'reversed',
    status_by = %(by)s,
    status_at = now(),
    status_reason = %(reason)s,
    reversed_decision_id = decision.decision_id,
    reversed_on = greatest(cash_order.date, closed_period.through + 1),
    revision = cash_order.revision + 1,
    batch_id = decision.batch_id,
    loaded_at = now()
from change_order
inner join control.decision on change_order.decision_id = decision.decision_id
left join control.closed_period on decision.organization_inn = closed_period.organization_inn
where
    change_order.action = 'reverse'
    and cash_order.document_id = change_order.document_id
    and cash_order.revision = change_order.revision
