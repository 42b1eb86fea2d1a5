-- Run by the page «Решения»: people's newest answers; answers given together are one row.
with last_answers as (
    select
        decision.decision_id,
        decision.organization_inn,
        decision.kind,
        decision.resolution,
        decision.resolved_by,
        decision.resolved_at,
        decision.resolution_reason,
        decision.taken_back_at,
        decision.taken_back_by,
        decision.taken_back_reason
    from control.decision
    where
        decision.state = 'resolved'
        and decision.resolved_by <> 'rule'
        and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
    order by decision.resolved_at desc, decision.decision_id desc
    limit 2000
)

select
    min(last_answers.decision_id) as decision_id,
    count(*) as decisions,
    min(organization.name) as name,
    count(distinct organization.inn) as organizations,
    min(organization.timezone) as timezone,
    array_agg(distinct last_answers.resolution) as words,
    last_answers.resolved_by,
    last_answers.resolved_at,
    last_answers.resolution_reason,
    count(last_answers.taken_back_at) as taken_back,
    min(last_answers.taken_back_by) as taken_back_by,
    min(last_answers.taken_back_at) as taken_back_at,
    min(last_answers.taken_back_reason) as taken_back_reason
from last_answers
inner join control.organization on last_answers.organization_inn = organization.inn
group by last_answers.resolved_by, last_answers.resolved_at, last_answers.resolution_reason
order by last_answers.resolved_at desc, min(last_answers.decision_id) desc
limit %(most)s
