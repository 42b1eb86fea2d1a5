-- Run by `smena explain`: one document of any kind, as «Учет → Документы» shows it, and who gave it its status.
select
    to_jsonb(document)
    || jsonb_build_object(
        'status_by', market_document.status_by,
        'status_at', market_document.status_at,
        'status_reason', market_document.status_reason
    ) as document
from accounting.document
left join accounting.market_document on document.document_id = market_document.document_id
where document.document_id = %(document_id)s
