-- Run by the checks that a batch must pass before it is applied, before they store their results: delete the results of
-- an earlier try.
delete from control.check_result
where batch_id = %(batch_id)s and shard = %(shard)s
