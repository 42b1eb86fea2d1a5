-- Run by publish: stop a batch that would change too many orders, with the reason and their number; it publishes
-- nothing.
update control.batch
set
    state = 'stopped',
    finished_at = now(),
    summary = jsonb_build_object('stopped', %(reason)s::text, 'changed_orders', %(changed)s::bigint)
where batch_id = %(batch_id)s and state <> 'published'
