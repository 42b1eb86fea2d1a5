-- Run by `smena archive`: the pages of a month, to be written to the file, in the order of their ids.
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
    body_bytes,
    body
from raw.page
where page_id >= %(first_id)s and page_id < %(end_id)s
order by page_id
