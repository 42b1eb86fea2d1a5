-- Run by publish after market_joined: the lines of new and changed documents.
-- reads: told_document
insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount
)
select
    told.document_id,
    part.line,
    part.payment_type,
    part.product_id,
    part.product_code,
    part.quantity * 0.001,
    part.price * 0.01,
    part.income * 0.01,
    part.refund * 0.01,
    part.amount * 0.01
from told_document as told
inner join stage.market_document_line as part
    on
        told.batch_id = part.batch_id
        and told.shard = part.shard
        and told.kind = part.kind
        and told.key = part.key
where told.verdict in ('new', 'changed')
