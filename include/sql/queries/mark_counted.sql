-- Run by `smena accept`, `reject` and `unaccept`: how many documents were asked for, and their sums by kind.
-- reads: asked_document
select
    document.kind,
    count(*) as documents,
    sum(document.amount) as amount
from asked_document
inner join accounting.document on asked_document.document_id = document.document_id
group by document.kind
order by document.kind
