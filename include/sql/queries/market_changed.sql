-- Run by publish after market_new: documents that are still new take other contents; the guard keeps the former ones.
-- reads: told_document
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
    evidence = told.evidence,
    batch_id = %(batch_id)s,
    loaded_at = now()
from told_document as told
where told.verdict = 'changed' and stood.document_id = told.document_id
