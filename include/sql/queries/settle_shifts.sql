-- Run by publish after settle_outcomes: the till shifts take what was settled.
update accounting.shift
set
    outcome = settled.becomes,
    reason = settled.reason,
    same_as = settled.same_as,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from settled
where
    shift.shift_id = settled.shift_id
    and (shift.outcome, shift.reason, shift.same_as) is distinct from (settled.becomes, settled.reason, settled.same_as)
