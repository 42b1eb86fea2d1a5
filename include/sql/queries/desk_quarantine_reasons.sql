-- Run by the desk, «Качество»: what waits in quarantine, by reason.
select
    quarantine.product,
    quarantine.step,
    quarantine.kind,
    split_part(quarantine.reason, ':', 1) as reason,
    count(*) as records,
    min(quarantine.first_seen_at) as first_seen_at,
    max(quarantine.last_seen_at) as last_seen_at
from control.quarantine
where quarantine.organization_inn = %(inn)s and quarantine.state = 'open'
group by quarantine.product, quarantine.step, quarantine.kind, split_part(quarantine.reason, ':', 1)
order by count(*) desc, reason
limit %(most)s
