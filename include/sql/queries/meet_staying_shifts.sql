-- Run by publish after meet_staying: the fiscal shifts say what they are to what stays booked.
update accounting.shift
set outcome = decided.outcome, reason = decided.reason, same_as = meeting.till_id
from meeting
inner join decided on meeting.fiscal_id = decided.shift_id
where shift.shift_id = meeting.fiscal_id and meeting.stays
