-- Run by `smena archive`: one process at a time writes a month.
select pg_try_advisory_xact_lock(7364003) as is_held
