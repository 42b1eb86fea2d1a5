-- Run by the page «Качество»: open records in quarantine, the newest first.
select
    quarantine.quarantine_id,
    quarantine.product,
    quarantine.step,
    quarantine.kind,
    quarantine.unit_id,
    quarantine.reason,
    left(quarantine.record, 2000) as record,
    quarantine.day,
    quarantine.times_seen,
    quarantine.last_seen_at,
    quarantine.batch_id,
    batch.run_id
from control.quarantine
inner join control.batch on quarantine.batch_id = batch.batch_id
where
    quarantine.organization_inn = %(inn)s
    and quarantine.state = 'open'
    and quarantine.quarantine_id < %(before)s
order by quarantine.quarantine_id desc
limit %(most)s
