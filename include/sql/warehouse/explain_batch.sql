-- Run by `smena explain`: the batches that wrote a document, with their run and checks.
select
    batch.batch_id,
    batch.run_id,
    batch.reason,
    batch.first_day,
    batch.last_day,
    batch.planned_at,
    batch.finished_at,
    batch.state,
    (
        select jsonb_object_agg(check_result.suite || '.' || check_result.expectation, check_result.bad_rows)
        from control.check_result
        where check_result.batch_id = batch.batch_id and check_result.shard = assignment.shard
    ) as bad_rows_by_check
from control.batch
left join lateral (
    select assignment.shard
    from control.assignment
    where assignment.batch_id = batch.batch_id and assignment.unit_id = %(unit_id)s
    limit 1
) as assignment on true
where batch.batch_id = any(%(batches)s)
order by batch.batch_id
