-- Run by `smena quality --batch`: the published till shifts that a batch wrote last, as gate_till_shifts has staged ones.
select
    cashbox_id || ' / ' || till_shift as report,
    cashbox_id,
    till_shift,
    outcome,
    coalesce(least(cash_income, cash_refund, cashless_income, cashless_refund) * 100, 0)::bigint as least_sum,
    case outcome when 'issued' then ((cash_income + cash_refund) * 100)::bigint else 1 end as cash_if_issued
from accounting.shift
where batch_id = %(batch_id)s and source = 'market'
