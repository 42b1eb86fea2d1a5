-- Run by `smena quality --batch`: the cash of the published shifts that a batch wrote last, and what their orders in force
-- book, as gate_sums has staged ones. A conflict that has no orders waits for a person.
with booked as (
    select
        cash_order.shift_id,
        coalesce(sum(cash_order.amount) filter (where cash_order.operation = 'cash_income'), 0) as income,
        coalesce(sum(cash_order.amount) filter (where cash_order.operation = 'cash_refund'), 0) as refund,
        coalesce(sum(cash_order.amount) filter (where cash_order.operation = 'cash_payout'), 0) as payout,
        coalesce(sum(cash_order.amount) filter (where cash_order.operation = 'cash_payout_refund'), 0) as payout_refund
    from accounting.cash_order
    inner join accounting.shift on cash_order.shift_id = shift.shift_id
    where shift.batch_id = %(batch_id)s and cash_order.status <> 'reversed'
    group by cash_order.shift_id
),

reported as (
    select
        shift.shift_id,
        coalesce(shift.fiscal_drive_number, shift.cashbox_id) || ' / '
        || coalesce(shift.shift_number::text, shift.till_shift) as shift,
        case when moved.is_booked then coalesce(shift.cash_income, 0) else 0 end as income,
        case when moved.is_booked then coalesce(shift.cash_refund, 0) else 0 end as refund,
        case when moved.is_booked then coalesce(shift.cash_payout, 0) else 0 end as payout,
        case when moved.is_booked then coalesce(shift.cash_payout_refund, 0) else 0 end as payout_refund
    from accounting.shift
    left join booked on shift.shift_id = booked.shift_id
    cross join
        lateral (
            select
                shift.outcome = 'issued'
                or (shift.outcome = 'conflict' and booked.shift_id is not null) as is_booked
        ) as moved
    where shift.batch_id = %(batch_id)s
)

select
    reported.shift,
    (reported.income * 100)::bigint as income,
    (reported.refund * 100)::bigint as refund,
    ((reported.income - reported.refund) * 100)::bigint as sales,
    (reported.payout * 100)::bigint as payout,
    (reported.payout_refund * 100)::bigint as payout_refund,
    coalesce(booked.income * 100, 0)::bigint as booked_income,
    coalesce(booked.refund * 100, 0)::bigint as booked_refund,
    coalesce((booked.income - booked.refund) * 100, 0)::bigint as booked_sales,
    coalesce(booked.payout * 100, 0)::bigint as booked_payout,
    coalesce(booked.payout_refund * 100, 0)::bigint as booked_payout_refund
from reported
left join booked on reported.shift_id = booked.shift_id
