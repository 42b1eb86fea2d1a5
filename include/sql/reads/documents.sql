-- Run by the read model of documents: documents of a filter, in the order of the books.
select
    document.document_id,
    document.kind,
    document.number,
    document.date,
    document.organization_inn,
    document.kpp,
    document.sales_point,
    document.counterparty,
    document.amount,
    document.source,
    document.status,
    document.loaded_at,
    document.batch_id
from
    accounting.documents(
        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s,
        %(sales_point)s
    ) as document
order by document.date, document.kpp, document.kind, length(document.number), document.number, document.document_id
