-- Run by publish after hold_decided: the shifts say that they wait.
update accounting.shift
set outcome = decided.outcome, reason = decided.reason
from held_back
inner join decided on held_back.shift_id = decided.shift_id
where shift.shift_id = held_back.shift_id
