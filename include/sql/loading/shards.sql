-- Run by publish: for each shard of a batch, the counts it reported and the rows in the stage.
select
    shard.shard,
    shard.state,
    shard.shifts,
    shard.orders,
    shard.rejects,
    shard.reason,
    (
        select count(*)
        from stage.shift
        where shift.batch_id = shard.batch_id and shift.shard = shard.shard
    ) + (
        select count(*)
        from stage.till_shift
        where till_shift.batch_id = shard.batch_id and till_shift.shard = shard.shard
    ) as staged_shifts,
    (
        select count(*)
        from stage.cash_order
        where cash_order.batch_id = shard.batch_id and cash_order.shard = shard.shard
    ) as staged_orders,
    (
        select count(*)
        from stage.reject
        where
            reject.batch_id = shard.batch_id
            and reject.shard = shard.shard
            and reject.kind in ('closeShift', 'cheque', 'page')
    ) as bad_reports
from control.shard
where shard.batch_id = %(batch_id)s
order by shard.shard
