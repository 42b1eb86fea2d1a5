-- Run by publish, reconcile and `smena quarantine retry`, after uncover_table: uncover these days, so that the next
-- plan requests them.
-- reads: uncovered
with reopened as (
    select
        organization_inn,
        product,
        unit_id,
        range_agg(daterange(first_day, end_day)) as days
    from uncovered
    group by organization_inn, product, unit_id
),

taken as (
    delete from control.coverage
    using reopened
    where
        coverage.organization_inn = reopened.organization_inn
        and coverage.product = reopened.product
        and coverage.unit_id = reopened.unit_id
        and coverage.days && reopened.days
    returning coverage.*, reopened.days as reopened_days
),

no_longer_covered as (
    delete from control.covered_day
    using reopened
    where
        covered_day.organization_inn = reopened.organization_inn
        and covered_day.product = reopened.product
        and reopened.days @> covered_day.day
)

insert into control.coverage (organization_inn, product, unit_id, days, evidence, batch_id, recorded_at)
select
    organization_inn,
    product,
    unit_id,
    unnest(datemultirange(days) - reopened_days) as days,
    evidence,
    batch_id,
    recorded_at
from taken
