-- Run by `smena accept` and `smena reject`, under the lock: all of them at once; those that are so already stay.
update accounting.cash_order
set
    status = %(status)s,
    status_by = %(status_by)s,
    status_at = now(),
    status_reason = %(reason)s
from asked_document
where cash_order.document_id = asked_document.document_id and cash_order.status <> %(status)s
