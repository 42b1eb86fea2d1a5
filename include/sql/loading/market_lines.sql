-- Run by publish of Kontur.Market after market_joined: the lines of new and changed documents.
-- reads: decided_document
insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount,
    tax_system, vat_rate, vat
)
select
    decided.document_id,
    part.line,
    part.payment_type,
    part.product_id,
    part.product_code,
    part.quantity * 0.001,
    part.price * 0.01,
    part.income * 0.01,
    part.refund * 0.01,
    part.amount * 0.01,
    part.tax_system,
    part.vat_rate,
    part.vat * 0.01
from decided_document as decided
inner join stage.market_document_line as part
    on
        part.batch_id = %(batch_id)s
        and decided.shard = part.shard
        and decided.kind = part.kind
        and decided.key = part.key
where decided.verdict in ('new', 'changed')
