-- Run by reconcile: verdicts by day of the whole organisation, each the worst of its registers; a day that is complete, and
-- a shift of which waits for a person, `waits`.
with waiting as (
    select
        shift.shift_id,
        shift.closed_at::date as day
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.outcome in ('conflict', 'needs_review', 'closed_period')
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    union
    select
        shift.shift_id,
        shift.closed_at::date
    from control.decision
    inner join accounting.shift on shift.shift_id in (decision.shift_id, decision.rival_id)
    where
        decision.organization_inn = %(inn)s
        and decision.state = 'open'
        and shift.source = 'ofd'
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
),

counted as (
    select
        day,
        count(*) as shifts
    from waiting
    group by day
)

select
    verdict.day,
    case when verdict.verdict = 'complete' and counted.shifts > 0 then 'waits' else verdict.verdict end as verdict,
    verdict.registers,
    verdict.proved,
    verdict.shifts,
    coalesce(counted.shifts, 0) as waiting
from control.completeness_of_organization as verdict
left join counted on verdict.day = counted.day
where verdict.organization_inn = %(inn)s and verdict.day between %(first_day)s and %(last_day)s
order by verdict.day
