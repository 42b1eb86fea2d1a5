-- Run by reconcile: totals by shift that contradict themselves: cash and cashless money are more than their total (R1).
-- writes: found_difference
insert into found_difference
select
    'totals_contradict',
    reported.kkt_reg_id,
    reported.closed_at::date,
    reported.overpaid,
    case
        when shift.shift_id is null then 'totals_wrong_unknown_shift'
        when shift.cash_income is null
            then 'totals_wrong_unmade_shift'
        when as_reported.cash and as_reported.cashless
            then 'total_wrong'
        when as_reported.cash then 'cashless_wrong'
        when as_reported.cashless then 'cash_wrong'
        else 'totals_wrong'
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
            'corrections'
        ],
        'page_id', reported.page_id, 'fiscal_drive_number', shift.fiscal_drive_number,
        'shift_number', reported.shift_number
    ),
    array_remove(array[shift.shift_id], null),
    reported.kkt_reg_id || ' ' || reported.shift_number || ' ' || reported.closed_at
from control.source_shift as reported
left join accounting.shift
    on
        reported.organization_inn = shift.organization_inn
        and reported.kkt_reg_id = shift.kkt_reg_id
        and reported.shift_number = shift.shift_number
        and reported.closed_at = shift.closed_at
        and shift.source = 'ofd'
cross join
    lateral (
        select
            (shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund)
            = (reported.cash_income, reported.cash_refund, reported.cash_payout, reported.cash_payout_refund) as cash,
            (shift.cashless_income, shift.cashless_refund)
            = (reported.cashless_income, reported.cashless_refund) as cashless
    ) as as_reported
where
    reported.organization_inn = %(inn)s
    and reported.overpaid > 0
    and reported.opened_at is not null
    and reported.closed_at >= %(first_day)s
    and reported.closed_at < %(last_day)s::date + 1
