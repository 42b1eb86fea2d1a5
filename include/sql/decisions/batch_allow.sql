-- Run by `smena allow`: a person lets a stopped batch change as many orders as it would when it was stopped.
update control.batch
set
    allowed_changes = (summary ->> 'changed_orders')::bigint,
    allowed_by = %(by)s,
    allowed_at = now(),
    allowed_reason = %(reason)s
where batch_id = %(batch_id)s and state = 'stopped' and summary ->> 'changed_orders' is not null
returning allowed_changes
