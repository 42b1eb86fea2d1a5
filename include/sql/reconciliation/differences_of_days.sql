-- Run by reconcile: totals by day against totals by shift of the same day (R5). Only days that did not agree have both.
-- reads: missing_shift
-- writes: found_difference
insert into found_difference
select
    'days',
    by_days.kkt_reg_id,
    by_days.day,
    (
        by_shifts.cash_income - by_shifts.cash_refund - by_shifts.cash_payout + by_shifts.cash_payout_refund
        - by_days.cash_income + by_days.cash_refund + by_days.cash_payout - by_days.cash_payout_refund
    ),
    case
        when by_shifts.receipts < by_days.receipts
            then
                'day_lacks_receipts '
                || jsonb_build_object(
                    'reason', coalesce(missing.what, 'shift_of_day_not_reported'),
                    'receipts', by_days.receipts - by_shifts.receipts
                )::text
        when by_shifts.receipts > by_days.receipts
            then 'by_days_lack_receipts ' || jsonb_build_object('receipts', by_shifts.receipts - by_days.receipts)::text
        else 'other_sums'
    end,
    jsonb_build_object(
        'by_shifts',
        to_jsonb(by_shifts) - array['organization_inn', 'kkt_reg_id', 'reported_by', 'day', 'page_id', 'batch_id'],
        'by_days',
        to_jsonb(by_days) - array['organization_inn', 'kkt_reg_id', 'reported_by', 'day', 'page_id', 'batch_id'],
        'pages', jsonb_build_array(by_shifts.page_id, by_days.page_id)
    ),
    coalesce(ours.shifts, '{}'),
    by_days.kkt_reg_id || by_days.day
from control.source_day as by_days
inner join control.source_day as by_shifts
    on
        by_days.organization_inn = by_shifts.organization_inn
        and by_days.kkt_reg_id = by_shifts.kkt_reg_id
        and by_days.day = by_shifts.day
        and by_shifts.reported_by = 'by_shifts'
left join lateral (
    select
        string_agg(
            'shift_missing ' || jsonb_build_object('shift', missing_shift.first_number)::text,
            chr(10) order by missing_shift.first_number
        ) as what
    from missing_shift
    where missing_shift.kkt_reg_id = by_days.kkt_reg_id and missing_shift.days @> by_days.day
) as missing on true
left join lateral (
    select array_agg(shift.shift_id order by shift.closed_at) as shifts
    from accounting.shift
    where
        shift.organization_inn = by_days.organization_inn
        and shift.kkt_reg_id = by_days.kkt_reg_id
        and shift.source = 'ofd'
        and coalesce(shift.opened_at, shift.closed_at) < by_days.day + 1
        and shift.closed_at >= by_days.day
) as ours on true
where
    by_days.organization_inn = %(inn)s
    and by_days.reported_by = 'by_days'
    and by_days.kkt_reg_id <> ''
    and by_days.day between %(first_day)s and %(last_day)s
    and (
        by_days.receipts, by_days.cash_income, by_days.cash_refund, by_days.cash_payout, by_days.cash_payout_refund,
        by_days.cashless_income, by_days.cashless_refund
    )
    is distinct from (
        by_shifts.receipts, by_shifts.cash_income, by_shifts.cash_refund, by_shifts.cash_payout,
        by_shifts.cash_payout_refund, by_shifts.cashless_income, by_shifts.cashless_refund
    )
