-- Run by resolve: the orders that the answer has issued.
select
    cash_order.document_id,
    cash_order.kind,
    cash_order.number::text as number,
    cash_order.date,
    cash_order.amount
from accounting.cash_order
where cash_order.issued_decision_id = %(decision_id)s
order by cash_order.kind, cash_order.number
