-- Run by `smena explain` and the read model of documents: the cash orders of these shifts, including reversed ones.
select
    cash_order.shift_id::text as shift_id,
    cash_order.document_id,
    cash_order.kind,
    cash_order.number,
    cash_order.date,
    cash_order.kpp,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.amount,
    cash_order.status,
    cash_order.source,
    cash_order.issue,
    cash_order.revision
from accounting.cash_order
where cash_order.shift_id = any(cast(%(shifts)s as uuid[]))
order by cash_order.date, cash_order.kind, cash_order.number
