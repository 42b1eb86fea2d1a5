-- Run by resolve: the orders that the answers have issued.
select
    cash_order.issued_decision_id,
    cash_order.document_id,
    cash_order.kind,
    cash_order.number::text as number,
    cash_order.date,
    cash_order.amount
from accounting.cash_order
where cash_order.issued_decision_id = any(cast(%(decisions)s as bigint[]))
order by cash_order.issued_decision_id, cash_order.kind, cash_order.number
