-- Run by `smena documents`: «Учет → Документы», filtered.
select
    document_id,
    kind,
    number,
    date,
    organization_inn,
    kpp,
    counterparty,
    amount,
    source,
    status,
    loaded_at,
    batch_id
from accounting.document
where
    organization_inn = %(inn)s
    and date >= coalesce(%(first_day)s, '-infinity'::date)
    and date <= coalesce(%(last_day)s, 'infinity'::date)
    and kind = coalesce(%(kind)s, kind)
order by date, kpp, kind, length(number), number
