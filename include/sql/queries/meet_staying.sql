-- Run by publish after meet_confirmed: what stays booked from Market.
update decided
set
    verdict = 'changed',
    outcome = case
        when meeting.is_same then 'duplicate'
        when meeting.is_closed then 'closed_period'
        else 'conflict'
    end,
    reason = case
        when meeting.is_same then 'booked from Market, and accepted or in a period that is closed'
        when meeting.is_closed then 'booked from Market with other sums, in a period that is closed'
        else 'booked and accepted from Market with other sums; a person decides'
    end
from meeting
where decided.shift_id = meeting.fiscal_id and meeting.stays
