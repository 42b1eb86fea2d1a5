-- Run by the read model of documents: count and sum of a filter's documents, by kind and status.
select
    document.kind,
    document.status,
    count(*) as documents,
    coalesce(sum(document.amount), 0) as amount,
    count(*) filter (where document.amount is null) as without_amount
from
    accounting.documents(
        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s
    ) as document
group by document.kind, document.status
