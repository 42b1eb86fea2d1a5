-- Run by reconcile: shifts of the warehouse against totals by shift as the source tells them now (R4).
-- writes: found_difference
insert into found_difference
select
    case when shift.detail = 'receipts' then 'shift_receipts' else 'shift_totals' end,
    shift.kkt_reg_id,
    shift.closed_at::date,
    (
        shift.cash_income - shift.cash_refund - shift.cash_payout + shift.cash_payout_refund
        - told.cash_income + told.cash_refund + told.cash_payout - told.cash_payout_refund
    ),
    case
        when shift.decision_id is not null or shift.outcome = 'conflict'
            then 'decided_otherwise'
        when shift.receipts > told.receipts
            then 'totals_lack_receipts ' || jsonb_build_object('receipts', shift.receipts - told.receipts)::text
        when shift.receipts < told.receipts
            then 'totals_have_more_receipts ' || jsonb_build_object('receipts', told.receipts - shift.receipts)::text
        when shift.detail = 'receipts' then 'receipts_read_and_totals_disagree'
        else 'totals_changed'
    end,
    jsonb_build_object(
        'ours', accounting.shift_facts(shift) - 'order_date',
        'told', to_jsonb(told) - array[
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
        'page_id', told.page_id, 'fiscal_drive_number', shift.fiscal_drive_number, 'shift_number', shift.shift_number
    ),
    array[shift.shift_id],
    shift.shift_id::text
from accounting.shift
inner join control.told_shift as told
    on
        shift.organization_inn = told.organization_inn
        and shift.kkt_reg_id = told.kkt_reg_id
        and shift.shift_number = told.shift_number
        and shift.closed_at = told.closed_at
        and told.opened_at is not null
        -- Sums that cannot be true together are told of as that.
        and told.overpaid = 0
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
        told.receipts, told.cash_income, told.cash_refund, told.cash_payout, told.cash_payout_refund,
        told.cashless_income, told.cashless_refund
    )
