-- Run by reconcile: verdicts by day of the whole organisation, each the worst of its registers; `waits` if the day is
-- complete and one of its shifts waits for a person.
with waiting as (
    select
        moment::date as day,
        count(*) as shifts
    from control.day_remark
    where
        organization_inn = %(inn)s
        and source = 'ofd'
        and is_asked
        and moment >= %(first_day)s
        and moment < cast(%(last_day)s as date) + 1
    group by moment::date
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
