-- Run by publish after meet_staying_shifts: what was asked of these fiscal shifts has another answer or another question
-- now. What a person would decide of it would be decided of sums that no source tells any more.
update control.decision
set
    state = 'resolved',
    resolution = case when meeting.stays and not meeting.is_same then 'superseded' else 'withdrawn' end,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = case
        when meeting.is_same then 'the two sources tell the same'
        else 'it is asked against what Market tells'
    end
from meeting
inner join accounting.shift as fiscal_row on meeting.fiscal_id = fiscal_row.shift_id
inner join accounting.shift as till_row on meeting.till_id = till_row.shift_id
where
    decision.shift_id = meeting.fiscal_id
    and decision.state = 'open'
    and (
        decision.kind = 'review'
        or (
            decision.kind = 'conflict'
            and decision.rival_id is not null
            and (
                meeting.is_same
                or not meeting.stays
                or decision.digest
                <> md5(
                    cast(accounting.shift_facts(till_row) as text) || cast(accounting.shift_facts(fiscal_row) as text)
                )
            )
        )
    )
