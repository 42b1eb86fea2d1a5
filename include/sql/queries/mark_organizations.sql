-- Run by `smena accept` and `smena reject`: whose books are about to be written, in the order in which all lock them.
select distinct cash_order.organization_inn
from asked_document
inner join accounting.cash_order on asked_document.document_id = cash_order.document_id
order by cash_order.organization_inn
