-- Run by the gate of a batch before it stores its results: delete those of an earlier try.
delete from control.check_result
where batch_id = %(batch_id)s and shard = %(shard)s
