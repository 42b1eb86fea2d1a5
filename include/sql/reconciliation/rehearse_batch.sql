-- Run by `smena rehearse --batch`: all assignments that a batch has read, even if later batches read the same days.
-- writes: rehearsed
insert into rehearsed (batch_id, unit_id, first_day, day)
select
    assignment.batch_id,
    assignment.unit_id,
    assignment.first_day,
    day.day::date
from control.assignment
cross join
    lateral generate_series(assignment.first_day::timestamp, assignment.last_day, interval '1 day') as day (day)
where
    assignment.batch_id = %(batch_id)s
    and assignment.state = 'read'
    and assignment.fetch_id is not null
