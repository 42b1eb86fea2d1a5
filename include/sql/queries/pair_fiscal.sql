-- Run by publish after pair_tills_analyze: the OFD's shifts of the same days. Clocks of a till and of its register differ by seconds; five minutes are allowed.
create temporary table fiscal on commit drop as
select
    shift.shift_id,
    shift.kkt_reg_id,
    shift.closed_at::date as day,
    coalesce(shift.opened_at, shift.closed_at - interval '24 hours') - interval '5 minutes' as begins_at,
    shift.closed_at + interval '5 minutes' as ends_at,
    shift.receipts,
    shift.cash_income,
    shift.cash_refund,
    shift.outcome,
    shift.same_as,
    shift.evidence
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.closed_at between (select min(till.closed_at) from till) - interval '5 days'
    and (select max(till.closed_at) from till) + interval '5 days'
