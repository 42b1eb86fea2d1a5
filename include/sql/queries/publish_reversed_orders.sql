-- Run by publish: orders of changed shifts that have no ground any more are reversed; their numbers stay taken.
update accounting.cash_order
set
    status = 'reversed',
    status_by = 'rule',
    status_at = now(),
    status_reason = 'the source tells of no such cash any more',
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from decided
where
    decided.verdict in ('changed', 'confirmed')
    and cash_order.shift_id = decided.shift_id
    and cash_order.status = 'new'
    and not exists (select from target where target.document_id = cash_order.document_id)
