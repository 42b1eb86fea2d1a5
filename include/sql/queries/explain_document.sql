-- Run by `smena explain`: one document of any kind, as «Учет → Документы» shows it.
select to_jsonb(document) as document
from accounting.document
where document.document_id = %(document_id)s
