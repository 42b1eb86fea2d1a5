-- Run by the gate of a batch, which checks it before it is applied: delete the results of an earlier try.
delete from control.check_result
where batch_id = %(batch_id)s and shard = %(shard)s
