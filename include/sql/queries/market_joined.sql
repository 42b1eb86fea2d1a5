-- Run by publish after market_changed: another source tells of the same paper.
-- reads: told_document
update accounting.market_document as stood
set waybill_ids = told.waybill_ids, sources = told.sources, batch_id = %(batch_id)s
from told_document as told
where told.verdict = 'joined' and stood.document_id = told.document_id
