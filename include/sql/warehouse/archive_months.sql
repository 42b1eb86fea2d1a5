-- Run by `smena archive`: the months of pages that ended before a day, and whether each is in the archive.
with months as (
    select
        partition.oid as partition,
        to_date(substring(partition.relname from 'page_(\d{4}_\d{2})'), 'YYYY_MM') as month
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as partition on inherits.inhrelid = partition.oid
    where inherits.inhparent = 'raw.page'::regclass
)

select
    months.month,
    pg_total_relation_size(months.partition) as table_bytes,
    archive.place,
    archive.file,
    archive.pages,
    archive.body_bytes,
    archive.pages_sha256,
    archive.file_bytes,
    archive.file_sha256,
    archive.table_bytes as table_bytes_before,
    archive.kept_bytes,
    archive.verified_at,
    archive.moved_at
from months
left join raw.archive as archive on months.month = archive.month
where months.month + interval '1 month' <= %(before)s::date
order by months.month
