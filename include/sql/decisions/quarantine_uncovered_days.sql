-- Run by `smena quarantine retry` after quarantine_uncover: the opened days, by register or shop.
-- reads: uncovered
select
    reopened.organization_inn,
    reopened.product,
    reopened.unit_id,
    lower(span) as first_day,
    upper(span) - 1 as last_day
from (
    select
        organization_inn,
        product,
        unit_id,
        range_agg(daterange(first_day, end_day)) as days
    from uncovered
    group by organization_inn, product, unit_id
) as reopened
cross join unnest(reopened.days) as span
order by reopened.organization_inn, reopened.product, reopened.unit_id, span
