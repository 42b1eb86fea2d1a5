-- Run by rehearse, once per product: by unit and day, the assignment of a published batch that was fetched last. Silent
-- days without a request are left out. Only rehearse_written fills `shift_id`.
-- writes: rehearsed
with emptied as (
    delete from rehearsed
)

insert into rehearsed (batch_id, unit_id, first_day, day)
select distinct on (assignment.unit_id, day.day)
    assignment.batch_id,
    assignment.unit_id,
    assignment.first_day,
    day.day::date
from control.batch
inner join control.assignment on batch.batch_id = assignment.batch_id
cross join
    lateral generate_series(
        greatest(assignment.first_day, %(first_day)s::date),
        least(assignment.last_day, %(last_day)s::date),
        interval '1 day'
    ) as day (day)
where
    batch.organization_inn = %(inn)s
    and batch.product = %(product)s
    and batch.state = 'published'
    and assignment.state = 'read'
    and assignment.fetch_id is not null
order by
    assignment.unit_id asc, day.day asc, assignment.fetch_id desc, assignment.first_day desc
