-- Run by reconcile: the batch of its evidence is done.
update control.batch
set state = 'published', finished_at = now(), summary = %(summary)s
where batch_id = %(batch_id)s
