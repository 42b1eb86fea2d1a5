-- Run by reconcile: shifts whose pages must be read again: incomplete ones, and those whose totals are told otherwise now.
select
    shift.shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    shift.documents_quantity,
    shift.outcome = 'incomplete' as is_incomplete,
    shift.evidence
from accounting.shift
left join control.told_shift as told
    on
        shift.organization_inn = told.organization_inn
        and shift.kkt_reg_id = told.kkt_reg_id
        and shift.shift_number = told.shift_number
        and shift.closed_at = told.closed_at
        and told.opened_at is not null
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
    and (
        shift.outcome = 'incomplete'
        or (
            told.kkt_reg_id is not null
            and shift.cash_income is not null
            and (
                shift.receipts, shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund,
                shift.cashless_income, shift.cashless_refund
            )
            is distinct from (
                told.receipts, told.cash_income, told.cash_refund, told.cash_payout, told.cash_payout_refund,
                told.cashless_income, told.cashless_refund
            )
        )
    )
