-- Run by `smena archive`: records a month whose file was read back and is equal to the database.
insert into raw.archive (
    month, place, file, pages, body_bytes, pages_sha256, file_bytes, file_sha256, table_bytes, verified_at, archived_by
)
values (
    %(month)s,
    %(place)s,
    %(file)s,
    %(pages)s,
    %(body_bytes)s,
    %(pages_sha256)s,
    %(file_bytes)s,
    %(file_sha256)s,
    %(table_bytes)s,
    clock_timestamp(),
    %(by)s
)
on conflict (month) do update
    set
        place = excluded.place,
        file = excluded.file,
        pages = excluded.pages,
        body_bytes = excluded.body_bytes,
        pages_sha256 = excluded.pages_sha256,
        file_bytes = excluded.file_bytes,
        file_sha256 = excluded.file_sha256,
        table_bytes = excluded.table_bytes,
        verified_at = excluded.verified_at,
        archived_by = excluded.archived_by
    where raw.archive.moved_at is null
