-- Run by certify and verify: shifts of a period by outcome, with their sums.
select
    outcome,
    count(*) as shifts,
    coalesce(sum(receipts), 0)::bigint as receipts,
    coalesce(sum(cash_income), 0)::text as cash_income,
    coalesce(sum(cash_refund), 0)::text as cash_refund,
    coalesce(sum(cash_payout), 0)::text as cash_payout,
    coalesce(sum(cash_payout_refund), 0)::text as cash_payout_refund,
    coalesce(sum(cashless_income), 0)::text as cashless_income,
    coalesce(sum(cashless_refund), 0)::text as cashless_refund
from accounting.shift
where organization_inn = %(inn)s and closed_at >= %(first_day)s and closed_at < %(last_day)s::date + 1
group by outcome
order by outcome collate "C"
