-- Run by publish: orders of changed shifts that say another thing now; the former contents go to cash_order_history.
update accounting.cash_order
set
    amount = target.amount,
    vat = target.vat,
    vat_by_rate = target.vat_by_rate,
    debit_account = target.debit_account,
    credit_account = target.credit_account,
    basis = target.basis,
    status = 'new',
    status_by = case when cash_order.status = 'reversed' then 'rule' else cash_order.status_by end,
    status_at = case when cash_order.status = 'reversed' then now() else cash_order.status_at end,
    status_reason = case
        when cash_order.status = 'reversed' then 'the source tells of the cash again' else cash_order.status_reason
    end,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from target
where
    target.verdict in ('changed', 'confirmed')
    and cash_order.document_id = target.document_id
    and cash_order.status in ('new', 'reversed')
    and (
        cash_order.status = 'reversed'
        or (
            cash_order.amount, cash_order.vat, cash_order.vat_by_rate, cash_order.debit_account,
            cash_order.credit_account, cash_order.basis
        )
        is distinct from (
            target.amount, target.vat, target.vat_by_rate, target.debit_account, target.credit_account, target.basis
        )
    )
