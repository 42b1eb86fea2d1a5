-- Run by publish: what was not read by now has failed; a later run asks again.
update control.assignment
set state = 'failed'
where batch_id = %(batch_id)s and state in ('planned', 'listed')
