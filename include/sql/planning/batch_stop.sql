-- Run by publish: stop a batch with too many rejected records, with the reason; it publishes nothing. `changed_orders`
-- stays: it shows that a person was asked to allow the batch.
update control.batch
set
    state = 'stopped',
    finished_at = now(),
    summary = jsonb_strip_nulls(
        jsonb_build_object('stopped', %(reason)s::text, 'changed_orders', summary -> 'changed_orders')
    )
where batch_id = %(batch_id)s and state <> 'published'
