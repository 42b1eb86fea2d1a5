-- Run by `smena explain --page`: one answer with its bytes, as they are stored.
select
    page_id,
    method,
    address,
    status,
    fetched_at,
    encode(sha256, 'hex') as sha256,
    body,
    body_bytes,
    batch_id
from raw.page
where page_id = %(page_id)s
