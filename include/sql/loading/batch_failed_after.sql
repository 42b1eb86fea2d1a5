-- Run by publish, after its transaction: what failed then; null takes back what a former attempt left.
update control.batch
set
    summary = (summary - 'failed_after')
    || jsonb_strip_nulls(jsonb_build_object('failed_after', %(error)s::text))
where batch_id = %(batch_id)s and state = 'published'
