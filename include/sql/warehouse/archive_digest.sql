-- Run by `smena archive`: the number of pages of a month, their size, and the sha256 over their own.
select
    pages,
    body_bytes,
    pages_sha256
from raw.digest_of_month(%(month)s)
