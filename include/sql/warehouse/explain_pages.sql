-- Run by `smena explain`: the answers that a shift was read from.
select
    page.page_id,
    page.method,
    page.address,
    page.status,
    page.fetched_at,
    encode(page.sha256, 'hex') as sha256,
    page.body_bytes,
    page.batch_id
from raw.page
where page.page_id = any(%(pages)s)
order by page.page_id
