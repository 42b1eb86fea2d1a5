-- Run by publish: shifts whose facts or outcome are replaced; the former row goes to shift_history by itself.
update accounting.shift
set
    kpp = decided.kpp,
    -- Both differ only where a shift had no closing report, and has it now (match_shifts).
    fiscal_document_number = staged.fiscal_document_number,
    closed_at = staged.closed_at,
    fiscal_sign = coalesce(staged.fiscal_sign, shift.fiscal_sign),
    opened_at = staged.opened_at,
    -- A document that is delivered again was received when it came first.
    received_at = least(shift.received_at, staged.received_at at time zone 'UTC'),
    receipts = staged.receipts,
    documents_quantity = coalesce(staged.documents_quantity, shift.documents_quantity),
    cash_income = staged.cash_income * 0.01,
    cash_refund = staged.cash_refund * 0.01,
    cash_payout = staged.cash_payout * 0.01,
    cash_payout_refund = staged.cash_payout_refund * 0.01,
    cashless_income = staged.cashless_income * 0.01,
    cashless_refund = staged.cashless_refund * 0.01,
    detail = staged.detail,
    order_date = staged.order_day,
    outcome = decided.outcome,
    reason = decided.reason,
    same_as = null,
    late_by = accounting.late_by(
        staged.closed_at,
        least(shift.received_at at time zone 'UTC', staged.received_at),
        organization.timezone
    ),
    evidence = staged.evidence,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
cross join control.organization
where
    staged.batch_id = %(batch_id)s
    and decided.verdict = 'changed'
    and shift.shift_id = staged.shift_id
    and organization.inn = shift.organization_inn
