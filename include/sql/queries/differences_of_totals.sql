-- Run by reconcile: totals by shift that contradict themselves: more was paid in cash and without it than their total (R1).
-- writes: found_difference
insert into found_difference
select
    'totals_contradict',
    told.kkt_reg_id,
    told.closed_at::date,
    told.overpaid,
    case
        when shift.shift_id is null then 'totals_wrong_unknown_shift'
        when shift.cash_income is null
            then 'totals_wrong_unmade_shift'
        when as_told.cash and as_told.cashless
            then 'total_wrong'
        when as_told.cash then 'cashless_wrong'
        when as_told.cashless then 'cash_wrong'
        else 'totals_wrong'
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
            'corrections'
        ],
        'page_id', told.page_id, 'fiscal_drive_number', shift.fiscal_drive_number, 'shift_number', told.shift_number
    ),
    array_remove(array[shift.shift_id], null),
    told.kkt_reg_id || ' ' || told.shift_number || ' ' || told.closed_at
from control.told_shift as told
left join accounting.shift
    on
        told.organization_inn = shift.organization_inn
        and told.kkt_reg_id = shift.kkt_reg_id
        and told.shift_number = shift.shift_number
        and told.closed_at = shift.closed_at
        and shift.source = 'ofd'
cross join
    lateral (
        select
            (shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund)
            = (told.cash_income, told.cash_refund, told.cash_payout, told.cash_payout_refund) as cash,
            (shift.cashless_income, shift.cashless_refund)
            = (told.cashless_income, told.cashless_refund) as cashless
    ) as as_told
where
    told.organization_inn = %(inn)s
    and told.overpaid > 0
    and told.opened_at is not null
    and told.closed_at >= %(first_day)s
    and told.closed_at < %(last_day)s::date + 1
