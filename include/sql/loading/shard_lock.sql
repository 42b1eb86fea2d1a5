-- Run by process: two processes of one shard wait for each other.
select
    shard,
    state
from control.shard
where batch_id = %(batch_id)s and shard = %(shard)s
for update
