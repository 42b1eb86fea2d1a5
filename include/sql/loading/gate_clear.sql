-- Run by the gate of a batch before it keeps its results: those of an earlier try go.
delete from control.check_result
where batch_id = %(batch_id)s and shard = %(shard)s
