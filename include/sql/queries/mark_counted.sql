-- Run by `smena accept` and `smena reject`: how many documents were asked for, and their sums by kind.
select
    cash_order.kind,
    count(*) as documents,
    sum(cash_order.amount) as amount
from asked_document
inner join accounting.cash_order on asked_document.document_id = cash_order.document_id
group by cash_order.kind
order by cash_order.kind
