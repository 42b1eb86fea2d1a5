-- Run by taking answers back after take_back_documents: restore the former lines of these documents.
-- reads: asked_answer
insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount,
    tax_system, vat_rate, vat
)
select
    document.document_id,
    former.line,
    former.payment_type,
    former.product_id,
    former.product_code,
    former.quantity,
    former.price,
    former.income,
    former.refund,
    former.amount,
    former.tax_system,
    former.vat_rate,
    former.vat
from asked_answer
inner join control.decision on asked_answer.decision_id = decision.decision_id and decision.resolution = 'reverse'
inner join accounting.market_document as document on decision.document_id = document.document_id
-- Taking the answer back has archived one more revision.
inner join accounting.market_document_history as history
    on document.document_id = history.document_id and history.revision = document.revision - 2
cross join lateral jsonb_populate_recordset(null::accounting.market_document_line, history.lines) as former
