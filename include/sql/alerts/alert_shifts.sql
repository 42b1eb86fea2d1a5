-- Run by alerts: shifts that are not booked yet, by outcome; conflicts are reported as decisions.
select
    organization_inn,
    outcome,
    count(*) as count,
    (array_agg(source order by closed_at, shift_id))[1] as product,
    min(closed_at)::date as first_day,
    max(closed_at)::date as last_day
from accounting.shift
where
    organization_inn = coalesce(%(inn)s, organization_inn)
    and outcome in ('incomplete', 'needs_review', 'closed_period')
group by organization_inn, outcome
order by organization_inn, outcome
