-- Run by extract: store one response byte for byte, compressed.
insert into raw.page (
    batch_id, fetch_id, unit_id, method, address, status, fetched_at, sha256, body, body_bytes
)
values (
    %(batch_id)s,
    %(fetch_id)s,
    %(unit_id)s,
    %(method)s,
    %(address)s,
    %(status)s,
    %(fetched_at)s,
    %(sha256)s,
    %(body)s,
    %(body_bytes)s
)
returning page_id
