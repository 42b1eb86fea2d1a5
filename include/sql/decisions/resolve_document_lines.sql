-- Run by resolve after resolve_document: insert their lines as Market now reports them.
insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount,
    tax_system, vat_rate, vat
)
select
    decision.document_id,
    reported.line,
    reported.payment_type,
    reported.product_id,
    reported.product_code,
    reported.quantity * 0.001,
    reported.price * 0.01,
    reported.income * 0.01,
    reported.refund * 0.01,
    reported.amount * 0.01,
    reported.tax_system,
    reported.vat_rate,
    reported.vat * 0.01
from control.decision
cross join
    lateral jsonb_to_recordset(decision.proposal -> 'lines') as reported (
        line integer, payment_type text, product_id text, product_code text, quantity bigint, price bigint,
        income bigint, refund bigint, amount bigint, tax_system text, vat_rate text, vat bigint
    )
where decision.decision_id = any(cast(%(decisions)s as bigint[]))
