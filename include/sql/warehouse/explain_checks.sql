-- Run by `smena explain`: the checks of the batches, limited to the unit's shards if these are known.
select
    check_result.batch_id,
    check_result.suite,
    check_result.expectation,
    check_result.column_name,
    check_result.severity,
    bool_and(check_result.success) as success,
    sum(check_result.checked_rows)::bigint as checked_rows,
    sum(check_result.bad_rows)::bigint as bad_rows
from control.check_result
where
    check_result.batch_id = any(%(batches)s)
    and (
        %(unit_id)s::text is null
        or check_result.shard in (
            select assignment.shard
            from control.assignment
            where assignment.batch_id = check_result.batch_id and assignment.unit_id = %(unit_id)s
        )
    )
group by
    check_result.batch_id,
    check_result.suite,
    check_result.expectation,
    check_result.column_name,
    check_result.severity
order by check_result.batch_id, check_result.suite, check_result.expectation, check_result.column_name
