-- Run by the planner: put registers of the operator's list that cannot be read into quarantine.
insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)
select
    batch.organization_inn,
    batch.product,
    'cashbox',
    'read',
    broken.reason,
    broken.record,
    md5('cashbox' || broken.reason || broken.record),
    batch.batch_id
from jsonb_to_recordset(%(broken)s) as broken (record text, reason text)
inner join control.batch on batch.batch_id = %(batch_id)s
on conflict (organization_inn, product, digest) do update
    set
        last_seen_at = now(),
        times_seen = control.quarantine.times_seen + 1,
        batch_id = excluded.batch_id,
        state = case control.quarantine.state when 'released' then 'open' else control.quarantine.state end,
        resolved_by = case when control.quarantine.state = 'given_up' then control.quarantine.resolved_by end,
        resolved_at = case when control.quarantine.state = 'given_up' then control.quarantine.resolved_at end,
        resolution_reason
        = case when control.quarantine.state = 'given_up' then control.quarantine.resolution_reason end,
        resolved_batch_id = null
