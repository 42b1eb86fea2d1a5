-- Run by the planner of a backfill: an unfinished batch goes on in this run.
update control.batch
set run_id = %(run_id)s
where batch_id = %(batch_id)s
