-- Run by reconcile and certify: pages of the evidence by their ids, with their bytes as they are stored.
select
    page_id,
    coalesce(kkt_reg_id, '') as kkt_reg_id,
    method,
    sha256,
    body,
    body_bytes
from raw.page
where page_id = any(%(pages)s)
order by page_id
