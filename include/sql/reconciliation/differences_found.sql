-- Run by reconcile: differences found outside the database, by comparing responses with the evidence.
-- writes: found_difference
insert into found_difference
select
    reported.kind,
    reported.kkt_reg_id,
    reported.day,
    reported.amount * 0.01,
    reported.cause,
    reported.details,
    reported.shifts,
    reported.key
from
    jsonb_to_recordset(%(found)s) as reported (
        kind text, kkt_reg_id text, day date, amount bigint, cause text, details jsonb, shifts uuid[], key text
    )
