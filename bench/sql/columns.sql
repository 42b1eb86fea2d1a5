-- Run by the bench: the columns of a table, in order, that are written and not made by PostgreSQL itself.
select
    attname,
    format_type(atttypid, atttypmod)
from pg_attribute
where attrelid = %(relation)s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
