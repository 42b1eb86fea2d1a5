-- Run by `smena quality --batch`: the published till shifts that no later batch has written, with the columns of
-- gate_till_shifts, so that the same checks run on both.
select
    cashbox_id as unit,
    till_shift as shift,
    '' as evidence,
    outcome,
    coalesce(least(cash_income, cash_refund, cashless_income, cashless_refund) * 100, 0)::bigint as least_sum,
    -- 1 passes the check: the shift is not issued, and only an issued one must have cash.
    case outcome when 'issued' then ((cash_income + cash_refund) * 100)::bigint else 1 end as cash_if_issued,
    -- A conflict without orders is not booked: it waits for a person.
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
