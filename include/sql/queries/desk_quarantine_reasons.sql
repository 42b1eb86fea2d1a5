-- Run by the desk, «Качество»: what waits in quarantine, by reason; whatever is wrong with an answer counts as one.
select
    quarantine.product,
    quarantine.step,
    quarantine.kind,
    regexp_replace(quarantine.reason, '{"reason": ".*"}', '{"reason": null}') as reason,
    count(*) as records,
    min(quarantine.first_seen_at) as first_seen_at,
    max(quarantine.last_seen_at) as last_seen_at
from control.quarantine
where quarantine.organization_inn = %(inn)s and quarantine.state = 'open'
group by
    quarantine.product,
    quarantine.step,
    quarantine.kind,
    regexp_replace(quarantine.reason, '{"reason": ".*"}', '{"reason": null}')
order by count(*) desc, reason
limit %(most)s
