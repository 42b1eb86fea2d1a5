-- Run by publish after a batch is published: delete its staged rows.
with shifts as (
    delete from stage.shift
    where batch_id = %(batch_id)s
),

documents as (
    delete from stage.market_document
    where batch_id = %(batch_id)s
),

document_lines as (
    delete from stage.market_document_line
    where batch_id = %(batch_id)s
),

till_shifts as (
    delete from stage.till_shift
    where batch_id = %(batch_id)s
),

orders as (
    delete from stage.cash_order
    where batch_id = %(batch_id)s
)

delete from stage.reject
where batch_id = %(batch_id)s
