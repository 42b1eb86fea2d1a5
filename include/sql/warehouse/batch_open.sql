-- Run by the planner: a new batch.
insert into control.batch (organization_inn, product, run_id, load_id, reason, detail, first_day, last_day)
values (%(inn)s, %(product)s, %(run_id)s, %(load_id)s, %(reason)s, %(detail)s, %(first_day)s, %(last_day)s)
returning batch_id, planned_at
