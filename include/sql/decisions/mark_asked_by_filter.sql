-- Run by `smena accept`, `reject`, `unaccept` and the pages: documents that a filter lets through.
-- makes: asked_document
create temporary table asked_document on commit drop as
select
    document.document_id,
    row_number() over (
        order by document.date, document.kpp, document.kind, length(document.number), document.number
    ) as place
from
    accounting.documents(
        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s,
        %(sales_point)s
    ) as document
