-- Run by publish, after its transaction: store what failed then; null removes the entry of a former attempt.
update control.batch
set
    summary = (summary - 'failed_after')
    || jsonb_strip_nulls(jsonb_build_object('failed_after', %(error)s::text))
where batch_id = %(batch_id)s and state = 'published'
