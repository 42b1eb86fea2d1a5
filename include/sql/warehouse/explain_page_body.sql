-- Run by `smena explain --page`: one answer with its bytes, as they are stored.
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
