-- Run by the bench: the columns of a table, in order, without those that PostgreSQL generates.
select
    attname,
    format_type(atttypid, atttypmod)
from pg_attribute
where attrelid = %(relation)s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
