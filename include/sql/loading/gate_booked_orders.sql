-- Run by `smena quality --batch`: the orders in force of published shifts that no later batch has written, with
-- the columns of gate_orders, so that the same checks run on both. An order of a closed period is dated later than its
-- shift; `day` is the shift's day then, because the checks compare the two.
select
    coalesce(shift.fiscal_drive_number, shift.cashbox_id) as unit,
    coalesce(shift.shift_number::text, shift.till_shift) as shift,
    cash_order.kind || ' ' || cash_order.operation as kind_and_operation,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    (cash_order.amount * 100)::bigint as amount,
    coalesce(cash_order.vat * 100, 0)::bigint as vat,
    cash_order.debit_account,
    cash_order.credit_account,
    least(cash_order.date, shift.order_date) as day
from accounting.cash_order
inner join accounting.shift on cash_order.shift_id = shift.shift_id
where shift.batch_id = %(batch_id)s and cash_order.status <> 'reversed'
