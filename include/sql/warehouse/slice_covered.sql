-- Run by publish: days proved loaded from an operator, one row per register and range; COVERED.
with proved as (
    select
        coverage.unit_id,
        range_agg(coverage.days) as days
    from control.coverage
    inner join control.product on coverage.product = product.product and product.source = 'ofd'
    where coverage.organization_inn = %(inn)s
    group by coverage.unit_id
)

select
    proved.unit_id as kkt_reg_id,
    lower(span.days) as first_day,
    upper(span.days) as end_day
from proved
cross join lateral unnest(proved.days) as span (days)
order by proved.unit_id, first_day
