-- Run by the gate of a batch that it stopped: what is staged is not what was checked, so the next try makes it anew from the
-- stored answers.
update control.shard
set state = 'planned'
where batch_id = %(batch_id)s and state = 'staged'
