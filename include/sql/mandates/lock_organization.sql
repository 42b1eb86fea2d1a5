-- Run by whoever changes what an organisation has: others that would change it wait until this transaction ends.
select pg_advisory_xact_lock(hashtextextended('smena:' || %(inn)s, 0))
