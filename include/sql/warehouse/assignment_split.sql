-- Run by extract: split a window whose responses are too large to be read together into two, each requested anew. The
-- later half is requested as far as the whole was, for documents that are found only by their time of receipt.
with whole as (
    select
        batch_id,
        shard,
        unit_id,
        first_day,
        last_day,
        reason,
        ask_through,
        read_through,
        first_day + (last_day - first_day) / 2 as middle
    from control.assignment
    where
        batch_id = %(batch_id)s
        and unit_id = %(unit_id)s
        and first_day = %(first_day)s
        -- A week is not split: a service with endless responses would otherwise be asked again for every day.
        and last_day - first_day >= 7
),

later as (
    insert into control.assignment (
        batch_id, shard, unit_id, first_day, last_day, reason, ask_through, read_through
    )
    select
        batch_id,
        shard,
        unit_id,
        middle + 1,
        last_day,
        reason,
        ask_through,
        read_through
    from whole
)

update control.assignment
set
    last_day = whole.middle,
    ask_through = least(whole.ask_through, whole.middle + time '23:59:59'),
    read_through = least(whole.read_through, whole.middle + time '23:59:59'),
    state = 'planned',
    fetch_id = null,
    receipts_fetch_id = null,
    error = null
from whole
where
    assignment.batch_id = whole.batch_id
    and assignment.unit_id = whole.unit_id
    and assignment.first_day = whole.first_day
