-- Run by whoever reads evidence: where the bodies of a month are.
select
    place,
    file,
    file_bytes
from raw.archive
where month = %(month)s
