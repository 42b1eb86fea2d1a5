-- Run by publish: mark assignments not read by now as failed; a later run requests them again.
update control.assignment
set
    state = 'failed',
    error = coalesce(error, 'not_read_before_publishing')
where batch_id = %(batch_id)s and state in ('planned', 'listed')
