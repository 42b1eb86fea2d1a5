-- Run by reconcile: what was found outside the database, by comparing answers with the evidence.
-- writes: found_difference
insert into found_difference
select
    told.kind,
    told.kkt_reg_id,
    told.day,
    told.amount * 0.01,
    told.cause,
    told.details,
    told.shifts,
    told.key
from
    jsonb_to_recordset(%(found)s) as told (
        kind text, kkt_reg_id text, day date, amount bigint, cause text, details jsonb, shifts uuid[], key text
    )
