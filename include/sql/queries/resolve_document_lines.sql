-- Run by resolve after resolve_document: their lines as Market reports them now.
insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount
)
select
    decision.document_id,
    told.line,
    told.payment_type,
    told.product_id,
    told.product_code,
    told.quantity * 0.001,
    told.price * 0.01,
    told.income * 0.01,
    told.refund * 0.01,
    told.amount * 0.01
from control.decision
cross join
    lateral jsonb_to_recordset(decision.proposal -> 'lines') as told (
        line integer, payment_type text, product_id text, product_code text, quantity bigint, price bigint,
        income bigint, refund bigint, amount bigint
    )
where decision.decision_id = any(cast(%(decisions)s as bigint[]))
