-- Run by the planner: add the shards of a batch, and what each requests of which unit.
with wanted as (
    select *
    from jsonb_to_recordset(%(assignments)s) as assignment (
        shard integer,
        unit_id text,
        first_day date,
        last_day date,
        reason text,
        ask_through timestamp,
        read_through timestamp,
        state text
    )
),

shards as (
    insert into control.shard (batch_id, shard)
    select distinct
        %(batch_id)s::bigint,
        wanted.shard
    from wanted
)

insert into control.assignment (
    batch_id, shard, unit_id, first_day, last_day, reason, ask_through, read_through, state
)
select
    %(batch_id)s,
    shard,
    unit_id,
    first_day,
    last_day,
    reason,
    ask_through,
    read_through,
    state
from wanted
