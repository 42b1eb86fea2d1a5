-- Run by rehearse after the decision: the orders that the staged shifts propose; MADE_ORDERS.
select
    cash_order.shift_id::text as shift_id,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.kind,
    cash_order.day,
    cash_order.amount,
    cash_order.vat,
    cash_order.vat_by_rate::text as vat_by_rate,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.basis
from stage.cash_order
where cash_order.batch_id = %(stage_id)s
