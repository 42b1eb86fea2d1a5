-- Run by `smena rehearse --batch` after slice_proposed: the orders proposed by shifts that had orders before;
-- MADE_ORDERS.
-- reads: proposed_order
select
    proposed_order.shift_id::text as shift_id,
    proposed_order.operation,
    proposed_order.taxation,
    proposed_order.agent,
    proposed_order.kind,
    proposed_order.day,
    proposed_order.amount,
    proposed_order.vat,
    proposed_order.vat_by_rate::text as vat_by_rate,
    proposed_order.debit_account,
    proposed_order.credit_account,
    proposed_order.basis
from proposed_order
