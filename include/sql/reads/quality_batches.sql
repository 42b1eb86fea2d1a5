-- Run by the Data Docs and `smena quality`: checked batches, the newest first, and how many of their rules passed.
select
    batch.batch_id,
    batch.organization_inn,
    batch.product,
    batch.run_id,
    batch.first_day,
    batch.last_day,
    batch.state,
    batch.finished_at,
    coalesce(batch.summary ->> 'stopped', '') as stopped,
    found.rules,
    found.broken,
    found.bad_rows
from control.batch
inner join lateral (
    select
        count(*) as rules,
        count(*) filter (where not rule.success) as broken,
        coalesce(sum(rule.bad_rows), 0)::bigint as bad_rows
    from (
        select
            bool_and(check_result.success) as success,
            sum(check_result.bad_rows) as bad_rows
        from control.check_result
        where check_result.batch_id = batch.batch_id
        group by check_result.suite, check_result.expectation
    ) as rule
) as found on found.rules > 0
where
    (%(inn)s::text is null or batch.organization_inn = %(inn)s)
    and (%(batch_id)s::bigint is null or batch.batch_id = %(batch_id)s)
order by batch.batch_id desc
limit %(most)s
