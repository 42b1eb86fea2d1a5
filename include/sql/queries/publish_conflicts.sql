-- Run by publish: a shift in conflict says so; its facts and its orders stay as they were.
update accounting.shift
set
    outcome = 'conflict',
    reason = 'the source tells other sums now; a person decides',
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from decided
where
    decided.verdict = 'conflict'
    and shift.shift_id = decided.shift_id
    and shift.outcome <> 'conflict'
