-- Run by `smena accept`, `reject` and `unaccept`: the organisations of the documents, in the order in which all lock
-- them.
-- reads: asked_document
select distinct document.organization_inn
from asked_document
inner join accounting.document on asked_document.document_id = document.document_id
order by document.organization_inn
