-- Run by reconcile: shifts whose pages must be read again: incomplete ones, and those with other totals now.
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
left join control.source_shift as reported
    on
        shift.organization_inn = reported.organization_inn
        and shift.kkt_reg_id = reported.kkt_reg_id
        and shift.shift_number = reported.shift_number
        and shift.closed_at = reported.closed_at
        and reported.opened_at is not null
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
    and (
        shift.outcome = 'incomplete'
        or (
            reported.kkt_reg_id is not null
            and shift.cash_income is not null
            and (
                shift.receipts, shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund,
                shift.cashless_income, shift.cashless_refund
            )
            is distinct from (
                reported.receipts, reported.cash_income, reported.cash_refund, reported.cash_payout,
                reported.cash_payout_refund,
                reported.cashless_income, reported.cashless_refund
            )
        )
    )
