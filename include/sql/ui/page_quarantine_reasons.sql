-- Run by the desk, «Качество»: what waits in quarantine, by reason; whatever is wrong with an answer counts as one.
select
    quarantine.product,
    quarantine.step,
    quarantine.kind,
    reported.reason,
    count(*) as records,
    min(quarantine.first_seen_at) as first_seen_at,
    max(quarantine.last_seen_at) as last_seen_at
from control.quarantine
cross join
    lateral (
        -- Line by line: each reason stands on its own.
        select regexp_replace(quarantine.reason, '(?n){"reason": ".*"}$', '{"reason": null}', 'g') as reason
    ) as reported
where quarantine.organization_inn = %(inn)s and quarantine.state = 'open'
group by quarantine.product, quarantine.step, quarantine.kind, reported.reason
order by count(*) desc, reported.reason
limit %(most)s
