-- Run by `smena quarantine retry` after uncover_table, before publish_uncovered: the days of these records.
-- adds to: uncovered
-- writes: uncovered
insert into uncovered (organization_inn, product, unit_id, first_day, end_day)
select
    quarantine.organization_inn,
    quarantine.product,
    quarantine.unit_id,
    lower(span),
    upper(span)
from control.quarantine
inner join control.quarantine_days on quarantine.quarantine_id = quarantine_days.quarantine_id
cross join unnest(quarantine_days.days) as span
where quarantine.quarantine_id = any(%(ids)s::bigint[]) and quarantine.unit_id is not null
