-- Run by the read model of completeness: shifts of a period by outcome, of one or both sources, with their sums.
select
    shift.outcome,
    count(*) as shifts,
    sum(shift.receipts)::bigint as receipts,
    sum(shift.cash_income) as cash_income,
    sum(shift.cash_refund) as cash_refund,
    sum(shift.cash_payout) as cash_payout,
    sum(shift.cash_payout_refund) as cash_payout_refund,
    sum(shift.cashless_income) as cashless_income,
    sum(shift.cashless_refund) as cashless_refund,
    count(*) filter (where shift.late_by is not null) as late
from accounting.shift
where
    shift.organization_inn = %(inn)s
    -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
    and shift.closed_at >= cast(%(first_day)s as timestamp)
    and shift.closed_at < (cast(%(last_day)s as date) + 1)::timestamp
    and (cast(%(source)s as text) is null or shift.source = %(source)s)
    and (cast(%(unit_id)s as text) is null or %(unit_id)s in (shift.kkt_reg_id, shift.shop_id))
group by shift.outcome
order by shift.outcome collate "C"
