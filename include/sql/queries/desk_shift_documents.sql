-- Run by the desk: the cash orders of these shifts.
select
    cash_order.shift_id::text as shift_id,
    cash_order.document_id::text as document_id,
    cash_order.kind,
    cash_order.number,
    cash_order.amount,
    cash_order.status,
    cash_order.source
from accounting.cash_order
where cash_order.shift_id = any(cast(%(shifts)s as uuid[]))
order by cash_order.source, cash_order.kind, cash_order.number
