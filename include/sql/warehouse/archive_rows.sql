-- Run by `smena archive`: the pages of a month without their bodies, to be compared with the file.
select
    page_id,
    batch_id,
    fetch_id,
    unit_id,
    method,
    address,
    status,
    fetched_at,
    sha256,
    body_bytes
from raw.page
where page_id >= %(first_id)s and page_id < %(end_id)s
order by page_id
