-- Run by reconcile and certify: pages of the evidence by their ids, with their bytes, compressed as stored.
select
    page_id,
    coalesce(unit_id, '') as unit_id,
    method,
    sha256,
    body,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
order by page_id
