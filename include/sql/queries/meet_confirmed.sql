-- Run by publish after meet_orders: their fiscal shifts have orders already.
update decided
set verdict = 'confirmed'
from meeting
where decided.shift_id = meeting.fiscal_id and not meeting.stays
