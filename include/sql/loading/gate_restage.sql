-- Run by the gate of a batch after it has stopped it: mark its shards as planned, so that the next try stages the batch
-- again from the stored responses. The staged rows differ from the rows that were checked while they were staged.
update control.shard
set state = 'planned'
where batch_id = %(batch_id)s and state = 'staged'
