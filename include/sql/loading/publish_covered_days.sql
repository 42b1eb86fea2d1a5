-- Run by publish, last: insert days on which every readable register is covered now, and was not before.
with wanted as (
    select
        daterange(integration.start_date, batch.last_day, '[]') as days,
        batch.batch_id
    from control.batch
    inner join control.integration
        on
            batch.organization_inn = integration.organization_inn
            and batch.product = integration.product
    where batch.batch_id = %(batch_id)s and integration.start_date <= batch.last_day
),

open_days as (
    select
        range_agg(
            datemultirange(readable_days.days * wanted.days) - coalesce(covered.days, '{}'::datemultirange)
        ) as days
    from wanted
    inner join control.readable_days on readable_days.organization_inn = %(inn)s and readable_days.product = %(product)s
    left join control.covered
        on
            readable_days.organization_inn = covered.organization_inn
            and readable_days.product = covered.product
            and readable_days.unit_id = covered.unit_id
),

-- Registers that cannot be listed, or that the list does not identify, may have worked on any of these days.
unlisted as (
    select coalesce(range_agg(gap.days), '{}'::datemultirange) as days
    from control.gap
    where
        gap.organization_inn = %(inn)s
        and gap.product = %(product)s
        and gap.reason in ('not_listed', 'unidentified')
),

done as (
    select unnest(datemultirange(wanted.days) - open_days.days - unlisted.days) as days
    from wanted
    cross join open_days
    cross join unlisted
    where open_days.days is not null
)

insert into control.covered_day (organization_inn, product, day, batch_id)
select
    %(inn)s,
    %(product)s,
    day::date,
    %(batch_id)s
from done
cross join
    lateral generate_series(
        lower(done.days)::timestamp, upper(done.days)::timestamp - interval '1 day', interval '1 day'
    ) as day
on conflict do nothing
