-- Run by publish of Kontur.Market: till shifts that it did not tell of before. Kopecks become roubles here.
insert into accounting.shift (
    shift_id, organization_inn, kpp, shop_id, cashbox_id, till_shift, opened_at, closed_at, receipts, cash_income,
    cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund, price_correction, source,
    order_date, outcome, reason, evidence, batch_id
)
select distinct on (staged.shift_id)
    staged.shift_id,
    %(inn)s,
    decided.kpp,
    staged.shop_id,
    staged.cashbox_id,
    staged.till_shift,
    staged.opened_at,
    staged.closed_at,
    staged.receipts,
    told.cash_income,
    told.cash_refund,
    told.cash_payout,
    told.cash_payout_refund,
    told.cashless_income,
    told.cashless_refund,
    staged.price_correction * 0.01,
    'market',
    staged.order_day,
    decided.outcome,
    decided.reason,
    staged.evidence,
    %(batch_id)s
from stage.till_shift as staged
inner join decided on staged.shift_id = decided.shift_id
cross join
    lateral (
        select
            staged.cash_income * 0.01 as cash_income,
            staged.cash_refund * 0.01 as cash_refund,
            0 as cash_payout,
            0 as cash_payout_refund,
            staged.cashless_income * 0.01 as cashless_income,
            staged.cashless_refund * 0.01 as cashless_refund
        where decided.outcome <> 'incomplete'
        union all
        select null, null, null, null, null, null
        where decided.outcome = 'incomplete'
    ) as told
where staged.batch_id = %(batch_id)s and decided.verdict = 'new'
order by staged.shift_id asc, staged.closed_at desc, staged.receipts desc
