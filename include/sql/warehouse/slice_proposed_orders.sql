-- Run by publish after slice_proposed: the contents of these orders.
-- reads: proposed_order
select
    proposed_order.shift_id::text as shift_id,
    proposed_order.operation,
    proposed_order.taxation,
    proposed_order.agent,
    proposed_order.amount,
    concat_ws(
        '|',
        proposed_order.amount,
        coalesce(proposed_order.vat::text, '-'),
        coalesce(proposed_order.vat_by_rate::text, '-'),
        proposed_order.debit_account,
        proposed_order.credit_account,
        proposed_order.basis
    ) as contents
from proposed_order
