-- Run by `smena quarantine retry`: open the records again, with who asked for it.
update control.quarantine
set
    state = 'open',
    resolved_by = null,
    resolved_at = null,
    resolution_reason = null,
    resolved_batch_id = null,
    retried_by = %(by)s,
    retried_at = clock_timestamp()
where quarantine_id = any(%(ids)s::bigint[])
