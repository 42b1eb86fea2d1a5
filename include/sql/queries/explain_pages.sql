-- Run by `smena explain`: the answers that a shift was read from.
select
    page_id,
    method,
    address,
    status,
    fetched_at,
    encode(sha256, 'hex') as sha256,
    body_bytes,
    batch_id
from raw.page
where page_id = any(%(pages)s)
order by page_id
