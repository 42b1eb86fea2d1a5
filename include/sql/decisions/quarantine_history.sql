-- Run by `smena quarantine show`: former states of a record's row, the oldest first.
select
    state,
    times_seen,
    last_seen_at,
    batch_id,
    resolved_by,
    resolved_at,
    resolution_reason,
    resolved_batch_id,
    retried_by,
    retried_at,
    archived_at
from control.quarantine_history
where quarantine_id = %(quarantine_id)s
order by quarantine_history_id
