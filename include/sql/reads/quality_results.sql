-- Run by the Data Docs and `smena quality`: results of a batch's checks, one row per rule over all its shards.
select
    suite,
    expectation,
    severity,
    min(column_name) as column_name,
    bool_and(success) as success,
    sum(checked_rows)::bigint as checked_rows,
    sum(bad_rows)::bigint as bad_rows,
    (array_agg(details order by success, shard))[1] as details
from control.check_result
where batch_id = %(batch_id)s
group by suite, expectation, severity
order by suite, min(check_result_id)
