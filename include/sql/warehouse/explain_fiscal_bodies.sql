-- Run by `smena explain --fiscal-drive`: the responses in which a fiscal document is searched.
select
    page_id,
    sha256,
    body,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
order by page_id
