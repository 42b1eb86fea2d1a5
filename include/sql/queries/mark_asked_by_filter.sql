-- Run by `smena accept`, `reject`, `unaccept` and the desk: documents that a filter lets through, of these statuses. The
-- conditions are those of desk_documents and export_documents.
-- makes: asked_document
create temporary table asked_document on commit drop as
select
    document_id,
    row_number() over (order by date, kpp, kind, length(number), number) as place
from accounting.document
where
    organization_inn = %(inn)s
    and date >= coalesce(cast(%(first_day)s as date), '-infinity'::date)
    and date <= coalesce(cast(%(last_day)s as date), 'infinity'::date)
    and (cast(%(kind)s as text) is null or kind = %(kind)s)
    and (cast(%(source)s as text) is null or source = %(source)s)
    and (cast(%(kpp)s as text) is null or kpp = %(kpp)s)
    and (cast(%(number)s as text) is null or number = %(number)s)
    and status = any(%(statuses)s)
