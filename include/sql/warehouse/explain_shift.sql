-- Run by `smena explain`: one shift of either source.
select
    to_jsonb(shift) - 'evidence' as shift,
    shift.evidence
from accounting.shift
where shift.shift_id = %(shift_id)s
