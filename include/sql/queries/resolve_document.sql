-- Run by resolve: a document takes what Market tells now, and is new again; the guard keeps the former contents.
update accounting.market_document as stood
set
    number = told.number,
    date = told.day,
    counterparty = told.counterparty,
    counterparty_inn = told.counterparty_inn,
    amount = told.amount,
    supplier_id = told.supplier_id,
    paper_number = told.paper_number,
    paper_date = told.paper_day,
    waybill_ids = told.waybill_ids,
    sources = told.sources,
    digest = told.digest,
    status = 'new',
    status_by = %(resolved_by)s,
    status_at = now(),
    status_reason = %(reason)s,
    evidence = decision.evidence,
    batch_id = decision.batch_id,
    loaded_at = now()
from control.decision
cross join
    lateral jsonb_to_record(decision.proposal -> 'head') as told (
        number text, day date, counterparty text, counterparty_inn text, amount numeric, supplier_id text,
        paper_number text, paper_day date, waybill_ids text[], sources text[], digest text
    )
where decision.decision_id = %(decision_id)s and stood.document_id = decision.document_id;

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
where decision.decision_id = %(decision_id)s
