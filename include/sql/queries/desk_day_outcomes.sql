-- Run by the desk, one day: how many shifts of it there are, by outcome.
select
    shift.outcome,
    count(*) as shifts,
    sum(shift.cash_income) as cash_income,
    sum(shift.cash_refund) as cash_refund,
    count(*) filter (where shift.late_by is not null) as late
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.closed_at >= %(day)s
    and shift.closed_at < cast(%(day)s as date) + 1
    and shift.source = %(source)s
    and (%(register)s = '' or %(register)s in (shift.kkt_reg_id, shift.shop_id))
group by shift.outcome
order by shift.outcome
