-- Run by publish before evidence is compared: how large the pages are, so that not too many are held in memory at once.
select
    page_id,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
