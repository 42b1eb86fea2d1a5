-- Run by the page «Качество»: open records in quarantine by reason; all faults of a response count as one reason.
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
        -- Line by line: each line of the column is one reason.
        select regexp_replace(quarantine.reason, '(?n){"reason": ".*"}$', '{"reason": null}', 'g') as reason
    ) as reported
where quarantine.organization_inn = %(inn)s and quarantine.state = 'open'
group by quarantine.product, quarantine.step, quarantine.kind, reported.reason
order by count(*) desc, reported.reason
limit %(most)s
