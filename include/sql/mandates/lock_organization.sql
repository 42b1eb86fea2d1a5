-- Run by every change of an organisation's data: other changes wait until this transaction ends.
select pg_advisory_xact_lock(hashtextextended('smena:' || %(inn)s, 0))
