-- Run by the bench after each run of the pipeline: published sums in kopecks, to compare with the evidence's truth.
select
    shift.*,
    cash_order.*
from (
    select
        count(*) as shifts,
        sum(cash_income) * 100 as cash_income,
        sum(cash_refund) * 100 as cash_refund,
        sum(cash_payout) * 100 as cash_payout,
        sum(cash_payout_refund) * 100 as cash_payout_refund,
        sum(cashless_income) * 100 as cashless_income,
        sum(cashless_refund) * 100 as cashless_refund
    from accounting.shift
) as shift
cross join (
    select
        count(*) filter (where kind = 'pko') as pko_orders,
        count(*) filter (where kind = 'rko') as rko_orders,
        coalesce(sum(amount) filter (where kind = 'pko'), 0) * 100 as pko_kopecks,
        coalesce(sum(amount) filter (where kind = 'rko'), 0) * 100 as rko_kopecks
    from accounting.cash_order
) as cash_order
