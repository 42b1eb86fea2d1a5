-- Run by the planner of a backfill: batches of former backfills in these days that were planned and not published.
--
-- A batch fits if it lies within the range, the mandate in force names all its registers, its detail is the present
-- one, and some of its days are not covered yet.
select
    batch.batch_id,
    batch.first_day,
    batch.last_day,
    batch.first_day >= %(first_day)s
    and batch.last_day <= %(last_day)s
    and batch.detail = %(detail)s
    and (integration.registers = '{}' or asked.units <@ integration.registers)
    and asked.is_wanted as fits,
    coalesce(asked.windows_left, 0) as windows_left,
    (
        select coalesce(array_agg(shard.shard order by shard.shard), '{}')
        from control.shard
        where
            shard.batch_id = batch.batch_id
            and (shard.state = 'planned' or shard.shard = any(asked.shards_left))
    ) as shards
from control.batch
inner join control.integration
    on batch.organization_inn = integration.organization_inn and batch.product = integration.product
cross join
    lateral (
        select
            array_agg(distinct assignment.unit_id) as units,
            count(*) filter (where assignment.state in ('planned', 'listed', 'failed')) as windows_left,
            array_agg(distinct assignment.shard) filter (
                where assignment.state in ('planned', 'listed', 'failed')
            ) as shards_left,
            bool_or(
                not coalesce(
                    covered.days @> daterange(assignment.first_day, assignment.last_day, '[]'), false
                )
            ) as is_wanted
        from control.assignment
        left join control.covered
            on
                covered.organization_inn = %(inn)s
                and covered.product = %(product)s
                and covered.unit_id = assignment.unit_id
        where assignment.batch_id = batch.batch_id
    ) as asked
where
    batch.organization_inn = %(inn)s
    and batch.product = %(product)s
    and batch.reason = 'backfill'
    and batch.state = 'planned'
    and daterange(batch.first_day, batch.last_day, '[]') && daterange(%(first_day)s, %(last_day)s, '[]')
order by batch.first_day, batch.batch_id
