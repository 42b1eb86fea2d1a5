-- Run by publish after hold_found: no order is made of what is held back.
update decided
set
    outcome = 'needs_review',
    reason = concat_ws(
        '; ',
        case when decided.outcome = 'needs_review' then decided.reason end,
        'Market has booked a shift of that time, and no link tells whether it is this one'
    )
from held_back
where decided.shift_id = held_back.shift_id
