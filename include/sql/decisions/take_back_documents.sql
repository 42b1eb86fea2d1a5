-- Run by taking answers back: restore the former contents of Market's documents that the answers changed; a trigger
-- stores the contents in between.
-- reads: asked_answer
update accounting.market_document as document
set
    number = former.number,
    date = former.date,
    counterparty = former.counterparty,
    counterparty_inn = former.counterparty_inn,
    amount = former.amount,
    supplier_id = former.supplier_id,
    paper_number = former.paper_number,
    paper_date = former.paper_date,
    waybill_ids = former.waybill_ids,
    sources = former.sources,
    digest = former.digest,
    status = former.status,
    status_by = former.status_by,
    status_at = former.status_at,
    status_reason = former.status_reason,
    evidence = former.evidence,
    batch_id = former.batch_id,
    loaded_at = now()
from asked_answer
inner join control.decision on asked_answer.decision_id = decision.decision_id and decision.resolution = 'reverse'
inner join accounting.market_document_history as history
    on decision.document_id = history.document_id
cross join lateral jsonb_populate_record(null::accounting.market_document, history.head) as former
where document.document_id = decision.document_id and history.revision = document.revision - 1
