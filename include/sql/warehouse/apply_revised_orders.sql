-- Run by publish after apply_reversed_orders: revise orders with other contents; a trigger copies the former contents
-- to cash_order_history.
-- reads: change_order, proposed_order
update accounting.cash_order
set
    amount = proposed_order.amount * 0.01,
    vat = proposed_order.vat * 0.01,
    vat_by_rate = proposed_order.vat_by_rate,
    debit_account = proposed_order.debit_account,
    credit_account = proposed_order.credit_account,
    basis = proposed_order.basis,
    status = 'new',
    status_by = case when cash_order.status = 'reversed' then 'rule' else cash_order.status_by end,
    status_at = case when cash_order.status = 'reversed' then now() else cash_order.status_at end,
    status_reason = case when cash_order.status = 'reversed' then change_order.reason else cash_order.status_reason end,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from change_order
inner join proposed_order
    on
        change_order.shift_id = proposed_order.shift_id
        and change_order.operation = proposed_order.operation
        and change_order.taxation = proposed_order.taxation
        and change_order.agent = proposed_order.agent
where
    change_order.action = 'revise'
    and cash_order.document_id = change_order.document_id
    and cash_order.revision = change_order.revision
