-- Run by reconcile: stored shifts against totals by shift as the source reports them now (R4).
-- writes: found_difference
insert into found_difference
select
    case when shift.detail = 'receipts' then 'shift_receipts' else 'shift_totals' end,
    shift.kkt_reg_id,
    shift.closed_at::date,
    (
        shift.cash_income - shift.cash_refund - shift.cash_payout + shift.cash_payout_refund
        - reported.cash_income + reported.cash_refund + reported.cash_payout - reported.cash_payout_refund
    ),
    case
        when shift.decision_id is not null or shift.outcome = 'conflict'
            then 'decided_otherwise'
        when shift.receipts > reported.receipts
            then 'totals_lack_receipts ' || jsonb_build_object('receipts', shift.receipts - reported.receipts)::text
        when shift.receipts < reported.receipts
            then
                'totals_have_more_receipts '
                || jsonb_build_object('receipts', reported.receipts - shift.receipts)::text
        when shift.detail = 'receipts' then 'receipts_read_and_totals_disagree'
        else 'totals_changed'
    end,
    jsonb_build_object(
        'ours', accounting.shift_facts(shift) - 'order_date',
        'theirs', to_jsonb(reported) - array[
            'organization_inn',
            'kkt_reg_id',
            'opened_at',
            'closed_at',
            'page_id',
            'batch_id',
            'shift_number',
            'corrections',
            'overpaid'
        ],
        'page_id', reported.page_id, 'fiscal_drive_number', shift.fiscal_drive_number,
        'shift_number', shift.shift_number
    ),
    array[shift.shift_id],
    shift.shift_id::text
from accounting.shift
inner join control.source_shift as reported
    on
        shift.organization_inn = reported.organization_inn
        and shift.kkt_reg_id = reported.kkt_reg_id
        and shift.shift_number = reported.shift_number
        and shift.closed_at = reported.closed_at
        and reported.opened_at is not null
        -- Sums that contradict each other are reported by differences_of_totals.
        and reported.overpaid = 0
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.cash_income is not null
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
    and (
        shift.receipts, shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund,
        shift.cashless_income, shift.cashless_refund
    )
    is distinct from (
        reported.receipts, reported.cash_income, reported.cash_refund, reported.cash_payout,
        reported.cash_payout_refund,
        reported.cashless_income, reported.cashless_refund
    )
