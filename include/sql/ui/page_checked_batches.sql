-- Run by the pages: the newest checked batches of an organisation, or the named one, with the number of broken rules.
select
    batch.batch_id,
    batch.product,
    batch.run_id,
    batch.first_day,
    batch.last_day,
    batch.state,
    coalesce(batch.finished_at, batch.planned_at) as finished_at,
    found.broken
from control.batch
inner join lateral (
    select
        count(*) as results,
        count(distinct check_result.suite || '.' || check_result.expectation) filter (
            where not check_result.success
        ) as broken
    from control.check_result
    where check_result.batch_id = batch.batch_id
) as found on found.results > 0
where
    (cast(%(inn)s as text) is null or batch.organization_inn = %(inn)s)
    and (cast(%(batch_id)s as bigint) is null or batch.batch_id = %(batch_id)s)
order by batch.batch_id desc
limit %(most)s
