-- Run by the planner of a backfill: continue an unfinished batch in this run.
update control.batch
set run_id = %(run_id)s
where batch_id = %(batch_id)s
