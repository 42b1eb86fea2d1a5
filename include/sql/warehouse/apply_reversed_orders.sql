-- Run by publish after apply_moved_orders: reverse orders that no shift makes any more; their numbers stay taken.
-- reads: change_order
update accounting.cash_order
set
    status = 'reversed',
    status_by = 'rule',
    status_at = now(),
    status_reason = change_order.reason,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from change_order
where
    change_order.action = 'reverse'
    and cash_order.document_id = change_order.document_id
    and cash_order.revision = change_order.revision
