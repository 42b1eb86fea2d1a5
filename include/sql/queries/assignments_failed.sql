-- Run by publish: what was not read by now has failed; a later run asks again.
update control.assignment
set
    state = 'failed',
    error = coalesce(error, 'it was not read before its batch was published')
where batch_id = %(batch_id)s and state in ('planned', 'listed')
