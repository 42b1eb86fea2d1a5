-- Run by publish after apply_proposals: replace the facts or outcome of shifts of the OFD; a trigger copies the former
-- row to shift_history.
-- reads: change_shift, proposal
update accounting.shift
set
    kpp = change_shift.kpp,
    -- Both differ only if a shift had no closing report and has one now.
    fiscal_document_number = staged.fiscal_document_number,
    closed_at = staged.closed_at,
    fiscal_sign = coalesce(staged.fiscal_sign, shift.fiscal_sign),
    opened_at = staged.opened_at,
    -- A document delivered again was received when it first came.
    received_at = least(shift.received_at, staged.received_at at time zone 'UTC'),
    receipts = staged.receipts,
    documents_quantity = coalesce(staged.documents_quantity, shift.documents_quantity),
    drive_replace = coalesce(staged.drive_replace, shift.drive_replace),
    drive_exhausted = coalesce(staged.drive_exhausted, shift.drive_exhausted),
    drive_memory_full = coalesce(staged.drive_memory_full, shift.drive_memory_full),
    ofd_timeout = coalesce(staged.ofd_timeout, shift.ofd_timeout),
    not_sent = coalesce(staged.not_sent, shift.not_sent),
    not_sent_since = coalesce(staged.not_sent_since, shift.not_sent_since),
    cash_income = staged.cash_income * 0.01,
    cash_refund = staged.cash_refund * 0.01,
    cash_payout = staged.cash_payout * 0.01,
    cash_payout_refund = staged.cash_payout_refund * 0.01,
    cashless_income = staged.cashless_income * 0.01,
    cashless_refund = staged.cashless_refund * 0.01,
    detail = staged.detail,
    order_date = staged.order_day,
    outcome = change_shift.outcome,
    reason = change_shift.reason,
    same_as = change_shift.same_as,
    late_by = accounting.late_by(
        staged.closed_at,
        least(shift.received_at at time zone 'UTC', staged.received_at),
        organization.timezone
    ),
    evidence = staged.evidence,
    proposed_orders = proposal.orders,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from stage.shift as staged
inner join change_shift on staged.shift_id = change_shift.shift_id
inner join control.organization on organization.inn = %(inn)s
left join proposal on staged.shift_id = proposal.shift_id
where
    staged.batch_id = %(batch_id)s
    and change_shift.action = 'replace'
    and shift.shift_id = staged.shift_id
    and shift.revision = change_shift.revision
