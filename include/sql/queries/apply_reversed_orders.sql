-- Run by publish after apply_moved_orders, and by resolve: orders that no shift makes any more; their numbers stay taken.
-- What a decision reverses in a closed period counts on the first open day, and the period's turnover stays as it was.
-- reads: change_order
update accounting.cash_order
set
    status = 'reversed',
    status_by = %(by)s,
    status_at = now(),
    status_reason = change_order.reason,
    reversed_decision_id = %(decision_id)s,
    reversed_on = case
        when %(decision_id)s::bigint is not null then greatest(cash_order.date, %(closed_through)s::date + 1)
    end,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from change_order
where
    change_order.action = 'reverse'
    and cash_order.document_id = change_order.document_id
    and cash_order.revision = change_order.revision
