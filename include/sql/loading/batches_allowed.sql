-- Run by publish: earlier batches that were stopped for changing too much, and that a person has allowed since.
select batch.batch_id
from control.batch
where
    batch.organization_inn = %(inn)s
    and batch.product = %(product)s
    and batch.batch_id < %(before)s
    and batch.state = 'stopped'
    and batch.allowed_changes >= (batch.summary ->> 'changed_orders')::bigint
    and not exists (select from control.read_since where read_since.batch_id = batch.batch_id)
order by batch.batch_id
