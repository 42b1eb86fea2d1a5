-- Run by the page «Сегодня»: documents that nobody has accepted or rejected yet, and how many of them have no amount; the
-- sum is empty if none has. It sums days, not documents.
select
    kind,
    sum(documents)::bigint as documents,
    case when sum(documents) > sum(without_amount) then sum(amount) end as amount,
    sum(without_amount)::bigint as without_amount
from accounting.documents_of_day
where
    status = 'new'
    and documents > 0
    and organization_inn = any(control.organizations_in_sight())
    and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
group by kind
order by kind
