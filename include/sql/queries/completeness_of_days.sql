-- Run by reconcile: verdicts by day of the whole organisation, each the worst of its registers; a day that is complete, and
-- a shift of which waits for a person, `waits`.
with waiting as (
    select
        shift.closed_at::date as day,
        count(distinct shift.shift_id) as shifts
    from accounting.shift
    left join control.decision
        on shift.shift_id in (decision.shift_id, decision.rival_id) and decision.state = 'open'
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
        and (decision.decision_id is not null or shift.outcome in ('conflict', 'needs_review', 'closed_period'))
    group by shift.closed_at::date
)

select
    verdict.day,
    case when verdict.verdict = 'complete' and waiting.shifts > 0 then 'waits' else verdict.verdict end as verdict,
    verdict.registers,
    verdict.proved,
    verdict.shifts,
    coalesce(waiting.shifts, 0) as waiting
from control.completeness_of_organization as verdict
left join waiting on verdict.day = waiting.day
where verdict.organization_inn = %(inn)s and verdict.day between %(first_day)s and %(last_day)s
order by verdict.day
