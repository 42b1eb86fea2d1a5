-- Run by process: the results of the checks of a shard.
insert into control.check_result (
    batch_id, shard, suite, expectation, column_name, severity, success, checked_rows, bad_rows, details
)
select
    %(batch_id)s,
    %(shard)s,
    result.suite,
    result.expectation,
    result.column_name,
    result.severity,
    result.success,
    result.checked_rows,
    result.bad_rows,
    result.details
from jsonb_to_recordset(%(results)s) as result (
    suite text,
    expectation text,
    column_name text,
    severity text,
    success boolean,
    checked_rows bigint,
    bad_rows bigint,
    details jsonb
)
