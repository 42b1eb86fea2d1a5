-- Run by `smena quality --batch`: the published till shifts that a batch wrote last, in the form of gate_till_shifts.
-- A conflict without orders waits for a person.
select
    cashbox_id || ' / ' || till_shift as report,
    cashbox_id,
    till_shift,
    outcome,
    coalesce(least(cash_income, cash_refund, cashless_income, cashless_refund) * 100, 0)::bigint as least_sum,
    case outcome when 'issued' then ((cash_income + cash_refund) * 100)::bigint else 1 end as cash_if_issued,
    shift_id::text as shift_id,
    shift.outcome = 'issued' or (
        shift.outcome = 'conflict' and exists (
            select from accounting.cash_order
            where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
        )
    ) as is_booked,
    shift.order_date as order_day,
    (shift.cash_income * 100)::bigint as income,
    (shift.cash_refund * 100)::bigint as refund,
    0 as payout,
    0 as payout_refund
from accounting.shift
where batch_id = %(batch_id)s and source = 'market'
