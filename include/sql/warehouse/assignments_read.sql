-- Run by extract: mark assignments as read that need nothing beyond the lists.
update control.assignment
set state = 'read', receipts_fetch_id = null, error = null
from jsonb_to_recordset(%(assignments)s) as done (unit_id text, first_day date)
where
    assignment.batch_id = %(batch_id)s
    and assignment.unit_id = done.unit_id
    and assignment.first_day = done.first_day
    and assignment.state = 'listed'
