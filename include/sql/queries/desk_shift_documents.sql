-- Run by the desk: the cash orders of one shift.
select
    cash_order.document_id::text as document_id,
    cash_order.kind,
    cash_order.number,
    cash_order.amount,
    cash_order.status
from accounting.cash_order
where cash_order.shift_id = %(shift_id)s
order by cash_order.number
