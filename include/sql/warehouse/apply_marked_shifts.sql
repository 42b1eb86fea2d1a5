-- Run by publish: change the outcome of shifts whose facts stay.
-- reads: change_shift
update accounting.shift
set
    outcome = change_shift.outcome,
    reason = change_shift.reason,
    same_as = change_shift.same_as,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from change_shift
where
    change_shift.action = 'mark'
    and shift.shift_id = change_shift.shift_id
    and shift.revision = change_shift.revision
