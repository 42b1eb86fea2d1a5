-- Run by rehearse: the orders of shifts, without reversed ones; BOOKED_ORDERS.
select
    cash_order.shift_id::text as shift_id,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.kind,
    cash_order.date as day,
    (cash_order.amount * 100)::bigint as amount,
    (cash_order.vat * 100)::bigint as vat,
    cash_order.vat_by_rate::text as vat_by_rate,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.basis,
    cash_order.document_id::text as document_id
from accounting.cash_order
where cash_order.status <> 'reversed' and cash_order.shift_id = any(%(shifts)s::uuid[])
