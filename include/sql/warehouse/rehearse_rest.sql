-- Run by rehearse: the booked shifts of these days that were not made again.
-- reads: rehearsed_made
select shift.shift_id::text as shift_id
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.source = %(source)s
    and shift.closed_at >= %(first_day)s::date
    and shift.closed_at < %(last_day)s::date + 1
    and not exists (
        select from rehearsed_made
        where rehearsed_made.shift_id = shift.shift_id
    )
