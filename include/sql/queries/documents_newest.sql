-- Run by the read model of documents: a page of those that a filter lets through, the newest first, after the one named.
select
    document.document_id::text as document_id,
    document.kind,
    document.number,
    document.date,
    document.kpp,
    document.counterparty,
    document.amount,
    document.source,
    document.status,
    document.loaded_at
from
    accounting.documents(
        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s
    ) as document
where
    cast(%(after_date)s as date) is null
    or (
        document.date <= %(after_date)s
        and (document.date, length(document.number), document.number, document.document_id) < (
            cast(%(after_date)s as date), length(%(after_number)s), %(after_number)s, cast(%(after_id)s as uuid)
        )
    )
order by document.date desc, length(document.number) desc, document.number desc, document.document_id desc
limit %(most)s
