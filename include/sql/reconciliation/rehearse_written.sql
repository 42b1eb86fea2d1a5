-- Run by rehearse once the newest evidence is read: booked shifts that are not in it, with the assignments that they
-- were written from.
-- writes: rehearsed
with emptied as (
    delete from rehearsed
)

insert into rehearsed (batch_id, unit_id, first_day, shift_id)
select distinct
    assignment.batch_id,
    assignment.unit_id,
    assignment.first_day,
    shift.shift_id
from accounting.shift
cross join lateral unnest(shift.evidence) as read_from (page_id)
inner join raw.page on read_from.page_id = page.page_id
inner join control.assignment
    on
        page.batch_id = assignment.batch_id
        and page.unit_id = assignment.unit_id
        and page.fetch_id in (assignment.fetch_id, assignment.receipts_fetch_id)
where shift.shift_id = any(%(shifts)s::uuid[])
