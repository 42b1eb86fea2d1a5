-- Run by the gate of a batch: a row a shift: the cash of its reports that are issued, and what its orders book, in kopecks.
-- A shift that is reported twice has its orders twice. Refunds may be netted against sales: `sales` is the difference.
with reported as (
    select
        shift_id,
        min(shift) as shift,
        sum(cash_income) as income,
        sum(cash_refund) as refund,
        sum(cash_payout) as payout,
        sum(cash_payout_refund) as payout_refund
    from (
        select
            shift_id,
            fiscal_drive_number || ' / ' || shift_number as shift,
            cash_income,
            cash_refund,
            cash_payout,
            cash_payout_refund
        from stage.shift
        where batch_id = %(batch_id)s and outcome = 'issued'
        union all
        select
            shift_id,
            cashbox_id || ' / ' || till_shift as shift,
            cash_income,
            cash_refund,
            0 as cash_payout,
            0 as cash_payout_refund
        from stage.till_shift
        where batch_id = %(batch_id)s and outcome = 'issued'
    ) as row
    group by shift_id
),

booked as (
    select
        shift_id,
        min(coalesce(fiscal_drive_number, cashbox_id) || ' / ' || coalesce(shift_number::text, till_shift)) as shift,
        coalesce(sum(amount) filter (where operation = 'cash_income'), 0) as income,
        coalesce(sum(amount) filter (where operation = 'cash_refund'), 0) as refund,
        coalesce(sum(amount) filter (where operation = 'cash_payout'), 0) as payout,
        coalesce(sum(amount) filter (where operation = 'cash_payout_refund'), 0) as payout_refund
    from stage.cash_order
    where batch_id = %(batch_id)s
    group by shift_id
)

select
    coalesce(reported.shift, booked.shift) as shift,
    coalesce(reported.income, 0)::bigint as income,
    coalesce(reported.refund, 0)::bigint as refund,
    coalesce(reported.income - reported.refund, 0)::bigint as sales,
    coalesce(reported.payout, 0)::bigint as payout,
    coalesce(reported.payout_refund, 0)::bigint as payout_refund,
    coalesce(booked.income, 0)::bigint as booked_income,
    coalesce(booked.refund, 0)::bigint as booked_refund,
    coalesce(booked.income - booked.refund, 0)::bigint as booked_sales,
    coalesce(booked.payout, 0)::bigint as booked_payout,
    coalesce(booked.payout_refund, 0)::bigint as booked_payout_refund
from reported
full join booked on reported.shift_id = booked.shift_id
