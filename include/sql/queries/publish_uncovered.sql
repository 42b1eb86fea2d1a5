-- Run by publish before publish_coverage: a covered day on which a record is bad or a shift incomplete is open again.
with bad as (
    select
        kkt_reg_id,
        day
    from stage.reject
    where batch_id = %(batch_id)s and kind in ('closeShift', 'page') and day is not null
    union
    select
        staged.kkt_reg_id,
        staged.closed_at::date as day
    from stage.shift as staged
    inner join accounting.shift on staged.shift_id = shift.shift_id
    where staged.batch_id = %(batch_id)s and shift.outcome = 'incomplete'
),

spoiled as (
    select
        kkt_reg_id,
        range_agg(daterange(day, day, '[]')) as days
    from bad
    group by kkt_reg_id
),

taken as (
    delete from control.coverage
    using spoiled
    where
        coverage.organization_inn = %(inn)s
        and coverage.product = %(product)s
        and coverage.kkt_reg_id = spoiled.kkt_reg_id
        and coverage.days && spoiled.days
    returning coverage.*, spoiled.days as spoiled_days
),

reopened as (
    delete from control.covered_day
    where organization_inn = %(inn)s and product = %(product)s and day in (select bad.day from bad)
)

insert into control.coverage (organization_inn, product, kkt_reg_id, days, evidence, batch_id, recorded_at)
select
    organization_inn,
    product,
    kkt_reg_id,
    unnest(datemultirange(days) - spoiled_days),
    evidence,
    batch_id,
    recorded_at
from taken
