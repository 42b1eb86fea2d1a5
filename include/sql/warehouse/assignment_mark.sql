-- Run by extract: set the progress of one assignment.
update control.assignment
set
    state = %(state)s,
    fetch_id = coalesce(%(fetch_id)s, fetch_id),
    receipts_fetch_id = coalesce(%(receipts_fetch_id)s, receipts_fetch_id),
    error = %(error)s
where
    batch_id = %(batch_id)s
    and unit_id = %(unit_id)s
    and first_day = %(first_day)s
