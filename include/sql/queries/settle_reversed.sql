-- Run by publish after settle_targets: new orders of till shifts that are not Market's to book any more are reversed.
update accounting.cash_order
set
    status = 'reversed',
    status_by = 'rule',
    status_at = now(),
    status_reason = case settled.becomes
        when 'duplicate' then 'the OFD''s shift is booked'
        else 'Market tells of no such cash any more'
    end,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from settled
where
    cash_order.shift_id = settled.shift_id
    and cash_order.status = 'new'
    and cash_order.source = 'market'
    and not exists (
        select from control.closed_period
        where closed_period.organization_inn = cash_order.organization_inn and cash_order.date <= closed_period.through
    )
    and not exists (select from target where target.document_id = cash_order.document_id)
