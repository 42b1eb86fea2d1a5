-- Run by `smena accept` and `smena reject`: the new documents of these days.
create temporary table asked_document on commit drop as
select
    document_id,
    row_number() over (order by date, kpp, kind, length(number), number) as place
from accounting.document
where
    organization_inn = %(inn)s
    and date between %(first_day)s and %(last_day)s
    and kind = coalesce(%(kind)s, kind)
    and status = 'new'
