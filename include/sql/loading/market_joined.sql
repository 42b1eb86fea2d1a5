-- Run by publish of Kontur.Market after market_changed: add a second source to a document that the
-- source reports too.
-- reads: decided_document
update accounting.market_document as current
set waybill_ids = decided.waybill_ids, sources = decided.sources, batch_id = %(batch_id)s
from decided_document as decided
where
    decided.verdict = 'joined'
    and current.document_id = decided.document_id
    and current.revision = decided.current_revision
    and current.digest = decided.current_digest
