-- Run by publish: a batch in which too much is bad publishes nothing and says why.
update control.batch
set state = 'stopped', finished_at = now(), summary = jsonb_build_object('stopped', %(reason)s::text)
where batch_id = %(batch_id)s and state <> 'published'
