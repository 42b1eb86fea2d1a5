-- Run by publish after slice_scope: open and answered decisions about the shifts in question.
-- reads: slice_shift
select
    decision.decision_id,
    decision.kind,
    decision.shift_id::text as shift_id,
    decision.competing_shift_id::text as counterpart_id,
    decision.digest,
    decision.state = 'open' as is_open,
    decision.resolution,
    decision.resolved_by is not null and decision.resolved_by <> 'rule' as is_by_person
from slice_shift
inner join control.decision on slice_shift.shift_id = decision.shift_id
-- An answer that was taken back does not count.
where decision.taken_back_at is null
