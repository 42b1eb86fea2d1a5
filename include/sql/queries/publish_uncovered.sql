-- Run by publish after publish_spoiled: spoiled days are open again, and the next plan asks for them.
with spoiled_days as (
    select
        kkt_reg_id,
        range_agg(days) as days
    from spoiled
    group by kkt_reg_id
),

taken as (
    delete from control.coverage
    using spoiled_days
    where
        coverage.organization_inn = %(inn)s
        and coverage.product = %(product)s
        and coverage.kkt_reg_id = spoiled_days.kkt_reg_id
        and coverage.days && spoiled_days.days
    returning coverage.*, spoiled_days.days as spoiled_days
),

reopened as (
    delete from control.covered_day
    using spoiled_days
    where
        covered_day.organization_inn = %(inn)s
        and covered_day.product = %(product)s
        and spoiled_days.days @> covered_day.day
)

insert into control.coverage (organization_inn, product, kkt_reg_id, days, evidence, batch_id, recorded_at)
select
    organization_inn,
    product,
    kkt_reg_id,
    unnest(datemultirange(days) - spoiled_days) as days,
    evidence,
    batch_id,
    recorded_at
from taken
