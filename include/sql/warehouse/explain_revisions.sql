-- Run by `smena explain`: the former contents of a cash order.
select
    revision,
    amount,
    vat,
    status,
    status_by,
    status_at,
    status_reason,
    batch_id,
    loaded_at,
    archived_at
from accounting.cash_order_history
where document_id = %(document_id)s
order by archived_at, revision
