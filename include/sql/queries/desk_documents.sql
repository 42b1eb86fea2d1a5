-- Run by the desk, «Учет → Документы»: a page of one organisation's documents, the newest first, after the one named.
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
from accounting.document
where
    document.organization_inn = %(inn)s
    and document.date >= coalesce(cast(%(first_day)s as date), '-infinity'::date)
    and document.date <= coalesce(cast(%(last_day)s as date), 'infinity'::date)
    and (cast(%(kind)s as text) is null or document.kind = %(kind)s)
    and (cast(%(status)s as text) is null or document.status = %(status)s)
    and (cast(%(source)s as text) is null or document.source = %(source)s)
    and (cast(%(kpp)s as text) is null or document.kpp = %(kpp)s)
    and (cast(%(number)s as text) is null or document.number = %(number)s)
    and (
        cast(%(after_date)s as date) is null
        or (
            document.date <= %(after_date)s
            and (document.date, length(document.number), document.number, document.document_id) < (
                cast(%(after_date)s as date), length(%(after_number)s), %(after_number)s, cast(%(after_id)s as uuid)
            )
        )
    )
order by document.date desc, length(document.number) desc, document.number desc, document.document_id desc
limit %(most)s
