-- Run by publish after meet_found: till shifts whose orders go over say whose duplicates they are.
update accounting.shift
set same_as = meeting.fiscal_id
from meeting
where shift.shift_id = meeting.till_id and not meeting.stays and shift.same_as is distinct from meeting.fiscal_id
