-- Run by the Data Docs and `smena quality`: batches that were checked, the newest first, and how many of their rules hold.
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
        count(distinct (check_result.suite, check_result.expectation)) as rules,
        count(distinct (check_result.suite, check_result.expectation)) filter (where not check_result.success) as broken,
        coalesce(sum(check_result.bad_rows), 0)::bigint as bad_rows
    from control.check_result
    where check_result.batch_id = batch.batch_id
) as found on found.rules > 0
where
    (%(inn)s::text is null or batch.organization_inn = %(inn)s)
    and (%(batch_id)s::bigint is null or batch.batch_id = %(batch_id)s)
order by batch.batch_id desc
limit %(most)s
