-- Run by `smena quarantine show`: the whole response that contained a record, if it is known.
select
    page.page_id,
    page.method,
    page.address,
    page.status,
    page.fetched_at,
    encode(page.sha256, 'hex') as sha256,
    page.body_bytes,
    page.body
from control.quarantine
inner join raw.page on quarantine.page_id = page.page_id
where quarantine.quarantine_id = %(quarantine_id)s
