-- Run by rehearse: the pages of a batch that count, assignment by assignment, in the order of process.
-- reads: rehearsed
select
    page.page_id,
    page.unit_id,
    assignment.first_day,
    assignment.last_day,
    page.method,
    page.sha256,
    page.body,
    page.body_bytes
from control.assignment
inner join raw.page
    on page.fetch_id = assignment.fetch_id or page.fetch_id = assignment.receipts_fetch_id
where
    assignment.batch_id = %(batch_id)s
    and (assignment.unit_id, assignment.first_day) in (
        select
            rehearsed.unit_id,
            rehearsed.first_day
        from rehearsed
        where rehearsed.batch_id = %(batch_id)s
    )
order by assignment.unit_id, assignment.first_day, page.page_id
