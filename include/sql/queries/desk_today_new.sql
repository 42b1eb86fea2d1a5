-- Run by the desk, «Сегодня»: documents that nobody has accepted or rejected yet.
select
    kind,
    count(*) as documents,
    sum(amount) as amount
from accounting.cash_order
where status = 'new' and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
group by kind
union all
select
    kind,
    count(*),
    sum(amount)
from accounting.market_document
where status = 'new' and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
group by kind
order by kind
