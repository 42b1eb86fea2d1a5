-- Run by publish: what was not read by now has failed; a later run asks again.
update control.assignment
set
    state = 'failed',
    error = coalesce(error, 'not_read_before_publishing')
where batch_id = %(batch_id)s and state in ('planned', 'listed')
