-- Run by the gate of a batch that it stopped: the staged rows are not those that were checked, so the next try stages
-- the batch again from the stored responses.
update control.shard
set state = 'planned'
where batch_id = %(batch_id)s and state = 'staged'
