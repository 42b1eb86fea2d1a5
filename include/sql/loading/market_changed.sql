-- Run by publish of Kontur.Market after market_new: replace the contents of documents; a trigger stores the former
-- ones.
-- reads: decided_document
update accounting.market_document as current
set
    number = staged.number,
    date = staged.day,
    counterparty = staged.counterparty,
    counterparty_inn = staged.counterparty_inn,
    amount = staged.amount * 0.01,
    supplier_id = staged.supplier_id,
    paper_number = staged.paper_number,
    paper_date = staged.paper_day,
    waybill_ids = decided.waybill_ids,
    sources = decided.sources,
    digest = decided.digest,
    evidence = staged.evidence,
    batch_id = %(batch_id)s,
    loaded_at = now()
from decided_document as decided
inner join stage.market_document as staged
    on
        staged.batch_id = %(batch_id)s
        and decided.shard = staged.shard
        and decided.kind = staged.kind
        and decided.key = staged.key
where
    decided.verdict = 'changed'
    and current.document_id = decided.document_id
    and current.revision = decided.current_revision
    and current.digest = decided.current_digest
