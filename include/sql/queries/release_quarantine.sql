-- Run by publish once the batch is written: records whose days this batch has read again, without finding them wrong, and
-- which are covered now. Whatever they held back is published.
update control.quarantine
set
    state = 'released',
    resolved_by = 'smena',
    resolved_at = now(),
    resolution_reason = 'its days were read again, and it was not found wrong',
    resolved_batch_id = %(batch_id)s
from control.quarantine_days
inner join control.quarantine as waiting on quarantine_days.quarantine_id = waiting.quarantine_id
inner join control.covered
    on
        waiting.organization_inn = covered.organization_inn
        and waiting.product = covered.product
        and waiting.kkt_reg_id = covered.kkt_reg_id
inner join (
    select
        kkt_reg_id,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from control.assignment
    where batch_id = %(batch_id)s and state = 'read'
    group by kkt_reg_id
) as asked on waiting.kkt_reg_id = asked.kkt_reg_id
where
    quarantine.quarantine_id = waiting.quarantine_id
    and waiting.organization_inn = %(inn)s
    and waiting.product = %(product)s
    and waiting.state = 'open'
    and waiting.batch_id < %(batch_id)s
    and covered.days @> quarantine_days.days
    and quarantine_days.days && asked.days
