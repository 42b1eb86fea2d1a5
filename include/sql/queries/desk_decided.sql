-- Run by the desk, «Решения»: what people decided last.
select
    decision.decision_id,
    decision.organization_inn,
    organization.name,
    decision.kind,
    decision.resolution,
    decision.resolved_by,
    decision.resolved_at,
    decision.resolution_reason
from control.decision
inner join control.organization on decision.organization_inn = organization.inn
where
    decision.state = 'resolved'
    and decision.resolved_by <> 'rule'
    and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
order by decision.decision_id desc
limit %(most)s
