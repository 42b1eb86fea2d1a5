-- Run by `smena explain --page`: one response with its bytes, compressed as stored.
select
    page.page_id,
    page.method,
    page.address,
    page.status,
    page.fetched_at,
    encode(page.sha256, 'hex') as sha256,
    page.body,
    page.body_bytes,
    page.batch_id
from raw.page
where page.page_id = %(page_id)s
