-- Run by the page «Качество»: each check over the newest batches of an organisation.
with newest as (
    select batch.batch_id
    from control.batch
    where batch.organization_inn = %(inn)s
    order by batch.batch_id desc
    limit %(batches)s
)

select
    check_result.suite,
    check_result.expectation,
    check_result.column_name,
    check_result.severity,
    sum(check_result.checked_rows) as checked_rows,
    sum(check_result.bad_rows) as bad_rows,
    bool_and(check_result.success) as success,
    max(check_result.checked_at) as checked_at
from control.check_result
inner join newest on check_result.batch_id = newest.batch_id
group by check_result.suite, check_result.expectation, check_result.column_name, check_result.severity
order by bool_and(check_result.success), check_result.suite, check_result.expectation
