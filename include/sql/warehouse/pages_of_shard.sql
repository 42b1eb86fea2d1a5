-- Run by process and by extract: the pages that count for a shard, assignment by assignment.
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
    and assignment.shard = %(shard)s
    and (
        assignment.state = any(%(states)s)
        or (assignment.state = 'unreadable' and page.method = 'unreadable')
    )
order by assignment.unit_id, assignment.first_day, page.page_id
