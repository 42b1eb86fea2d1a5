-- Run by the DAG housekeeping: batches with staged rows that nobody works on: published, or planned long ago.
with staged as (
    select distinct batch_id from stage.shift
    union
    select distinct batch_id from stage.till_shift
    union
    select distinct batch_id from stage.cash_order
    union
    select distinct batch_id from stage.reject
    union
    select distinct batch_id from stage.market_document
    union
    select distinct batch_id from stage.market_document_line
)

select
    batch.batch_id,
    batch.organization_inn as inn
from control.batch
inner join staged on batch.batch_id = staged.batch_id
where batch.state = 'published' or batch.planned_at < %(before)s
order by batch.batch_id
