-- Run by the planner once every list was read: release list entries in quarantine that no list contains any more.
update control.quarantine
set
    state = 'released',
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'list_read_again',
    resolved_batch_id = batch.batch_id
from control.batch
where
    batch.batch_id = %(batch_id)s
    and quarantine.organization_inn = batch.organization_inn
    and quarantine.product = batch.product
    and quarantine.kind = 'cashbox'
    and quarantine.state = 'open'
    and not exists (
        select from jsonb_to_recordset(%(broken)s) as broken (record text, reason text)
        where md5('cashbox' || broken.reason || broken.record) = quarantine.digest
    )
