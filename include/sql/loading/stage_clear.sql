-- Run by process: delete the staged rows of a shard, before the shard is staged anew.
with shifts as (
    delete from stage.shift
    where batch_id = %(batch_id)s and shard = %(shard)s
),

orders as (
    delete from stage.cash_order
    where batch_id = %(batch_id)s and shard = %(shard)s
),

documents as (
    delete from stage.market_document
    where batch_id = %(batch_id)s and shard = %(shard)s
),

document_lines as (
    delete from stage.market_document_line
    where batch_id = %(batch_id)s and shard = %(shard)s
),

till_shifts as (
    delete from stage.till_shift
    where batch_id = %(batch_id)s and shard = %(shard)s
),

results as (
    delete from control.check_result
    where batch_id = %(batch_id)s and shard = %(shard)s
)

delete from stage.reject
where batch_id = %(batch_id)s and shard = %(shard)s
