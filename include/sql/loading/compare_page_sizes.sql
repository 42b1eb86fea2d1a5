-- Run by publish before evidence is compared: the sizes of its pages, so that not too many are in memory at once.
select
    page_id,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
