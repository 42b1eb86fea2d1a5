-- Run by the gate of a batch, which checks it before it is applied: its staged till shifts of Kontur.Market, one row each.
-- Money in kopecks.
select
    cashbox_id as unit,
    till_shift as shift,
    shop_id || ' ' || evidence::text as evidence,
    outcome,
    coalesce(least(cash_income, cash_refund, cashless_income, cashless_refund), 0) as least_sum,
    -- 1 passes the check: the shift is not issued, and only an issued one must have cash.
    case outcome when 'issued' then cash_income + cash_refund else 1 end as cash_if_issued,
    outcome = 'issued' as is_booked,
    order_day,
    cash_income as income,
    cash_refund as refund,
    0 as payout,
    0 as payout_refund
from stage.till_shift
where batch_id = %(batch_id)s
