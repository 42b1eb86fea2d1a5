-- Run by rehearse: the batches whose evidence is read, the earliest days first.
-- reads: rehearsed
select
    batch.batch_id,
    batch.finished_at
from control.batch
where batch.batch_id in (select rehearsed.batch_id from rehearsed)
order by batch.first_day, batch.batch_id
