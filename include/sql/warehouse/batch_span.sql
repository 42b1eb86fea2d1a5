-- Run by the planner, last: set the first and last day of a batch.
update control.batch
set first_day = %(first_day)s
where batch_id = %(batch_id)s
