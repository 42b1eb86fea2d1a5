-- Run by process and publish: store each rejected record once, however often it comes. A released record that is
-- rejected again is open again; one that a person gave up stays given up.
insert into control.quarantine (
    organization_inn, product, unit_id, kind, step, reason, record, digest, day, page_id, batch_id,
    fiscal_drive_number, shift_number, fiscal_document_number
)
select distinct on (digest)
    batch.organization_inn,
    batch.product,
    reject.unit_id,
    reject.kind,
    reject.step,
    reject.reason,
    reject.record,
    md5(reject.kind || coalesce(reject.unit_id, '') || reject.reason || reject.record) as digest,
    reject.day,
    reject.page_id,
    reject.batch_id,
    reject.fiscal_drive_number,
    reject.shift_number,
    reject.fiscal_document_number
from stage.reject
inner join control.batch on reject.batch_id = batch.batch_id
where
    reject.batch_id = %(batch_id)s
    and reject.step = any(%(steps)s)
    and reject.kind not in ('missing_z_report', 'open_shift')
order by digest
on conflict (organization_inn, product, digest) do update
    set
        last_seen_at = now(),
        times_seen = control.quarantine.times_seen + (control.quarantine.batch_id <> excluded.batch_id)::integer,
        batch_id = excluded.batch_id,
        state = case control.quarantine.state when 'released' then 'open' else control.quarantine.state end,
        resolved_by = case when control.quarantine.state = 'given_up' then control.quarantine.resolved_by end,
        resolved_at = case when control.quarantine.state = 'given_up' then control.quarantine.resolved_at end,
        resolution_reason
        = case when control.quarantine.state = 'given_up' then control.quarantine.resolution_reason end,
        resolved_batch_id = null
