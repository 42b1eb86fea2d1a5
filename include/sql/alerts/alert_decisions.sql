-- Run by alerts: open decisions, by kind.
select
    organization_inn,
    kind,
    count(*) as count
from control.decision
where organization_inn = coalesce(%(inn)s, organization_inn) and state = 'open'
group by organization_inn, kind
order by organization_inn, kind
