-- Run by alerts: open differences of the сверка, by kind, without those that documents explain.
select
    organization_inn,
    kind,
    count(*) as count,
    sum(amount) as amount,
    min(day) as first_day,
    max(day) as last_day
from control.difference
where organization_inn = coalesce(%(inn)s, organization_inn) and closed_at is null and not is_explained
group by organization_inn, kind
order by organization_inn, kind
