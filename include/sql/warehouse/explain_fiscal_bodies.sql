-- Run by `smena explain --fiscal-drive`: the answers among which a fiscal document is looked for.
select
    page_id,
    body,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
order by page_id
