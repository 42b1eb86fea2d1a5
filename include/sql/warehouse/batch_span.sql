-- Run by the planner, last: the days that a batch speaks of.
update control.batch
set first_day = %(first_day)s
where batch_id = %(batch_id)s
