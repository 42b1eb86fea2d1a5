-- Run by `smena explain`: what a cash order said before.
select
    revision,
    amount,
    vat,
    status,
    batch_id,
    loaded_at,
    archived_at
from accounting.cash_order_history
where document_id = %(document_id)s
order by revision
