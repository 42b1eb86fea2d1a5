-- Run by publish of Kontur.Market for `decide_documents`: sources and waybill ids of documents in the books.
select
    current.document_id,
    origin.source,
    null as waybill_id
from accounting.market_document as current
cross join lateral unnest(current.sources) as origin (source)
where current.document_id = any(%(documents)s::uuid[])
union all
select
    current.document_id,
    null,
    origin.waybill_id
from accounting.market_document as current
cross join lateral unnest(current.waybill_ids) as origin (waybill_id)
where current.document_id = any(%(documents)s::uuid[])
