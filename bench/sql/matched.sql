-- Run by the bench after the match: compares every booked till shift with its truth, and every order with the
-- shift that it must belong to. Kopecks.
with booked_till as (
    select
        till.shift_id,
        till.till_shift,
        till.outcome,
        till.cash_income * 100 as cash_income,
        till.cash_refund * 100 as cash_refund,
        fiscal.kkt_reg_id,
        fiscal.shift_number
    from accounting.shift as till
    left join accounting.shift as fiscal on till.same_as = fiscal.shift_id
    where till.source = 'market'
),

live as (
    select
        shift_id,
        operation,
        sum(amount) * 100 as amount,
        count(*) as orders
    from accounting.cash_order
    where status = 'new'
    group by shift_id, operation
),

booked as (
    select
        shift.shift_id,
        part.operation,
        part.amount,
        shift.source = 'ofd' or shift.outcome = 'issued' as is_wanted
    from accounting.shift
    cross join
        lateral (
            values
            ('cash_income', shift.cash_income * 100),
            ('cash_refund', shift.cash_refund * 100),
            ('cash_payout', shift.cash_payout * 100),
            ('cash_payout_refund', shift.cash_payout_refund * 100)
        ) as part (operation, amount)
    where part.amount > 0
)

select
    tills.*,
    orders.*
from (
    select
        count(*) filter (where booked_till.till_shift is null) as lost_shifts,
        count(*) filter (where reported_till.till_shift is null) as invented_shifts,
        count(*) filter (where booked_till.outcome <> reported_till.outcome) as wrong_outcomes,
        count(*) filter (
            where
            (booked_till.kkt_reg_id, booked_till.shift_number)
            is distinct from (reported_till.kkt_reg_id, reported_till.shift_number)
        ) as wrong_pairs,
        count(*) filter (
            where (booked_till.cash_income, booked_till.cash_refund) <> (reported_till.cash_income, reported_till.cash_refund)
        ) as wrong_sums
    from reported_till
    full outer join booked_till on reported_till.till_shift = booked_till.till_shift
) as tills
cross join (
    select
        count(*) filter (where booked.is_wanted and live.orders is null) as lost_orders,
        count(*) filter (
            where live.orders > 1 or (live.orders = 1 and not coalesce(booked.is_wanted, false))
        ) as doubled_orders,
        count(*) filter (where live.amount <> booked.amount) as wrong_amounts
    from booked
    full outer join live on booked.shift_id = live.shift_id and booked.operation = live.operation
) as orders
