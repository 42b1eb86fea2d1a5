-- Run by reconcile: mark the batch that holds the evidence of the reconciliation as done.
update control.batch
set state = 'published', finished_at = now(), summary = %(summary)s
where batch_id = %(batch_id)s
