-- Run by the read model of documents: count and sum of a filter's documents, by kind and status. They are sums of days,
-- unless a number is asked for: the condition is a constant, so the planner removes the other branch.
select
    counted.kind,
    counted.status,
    sum(counted.documents)::bigint as documents,
    sum(counted.amount) as amount,
    sum(counted.without_amount)::bigint as without_amount
from (
    select
        of_day.kind,
        of_day.status,
        of_day.documents,
        of_day.amount,
        of_day.without_amount
    from accounting.documents_of_day as of_day
    where
        cast(%(number)s as text) is null
        and (cast(%(inn)s as text) is null or of_day.organization_inn = %(inn)s)
        and of_day.day >= coalesce(cast(%(first_day)s as date), '-infinity')
        and of_day.day <= coalesce(cast(%(last_day)s as date), 'infinity')
        and (cast(%(kind)s as text) is null or of_day.kind = %(kind)s)
        and (cast(%(status)s as text) is null or of_day.status = %(status)s)
        and (cast(%(source)s as text) is null or of_day.source = %(source)s)
        and (cast(%(kpp)s as text) is null or of_day.kpp = %(kpp)s)
        and (cast(%(sales_point)s as text) is null or of_day.sales_point = %(sales_point)s)
    union all
    select
        document.kind,
        document.status,
        1,
        coalesce(document.amount, 0),
        (document.amount is null)::integer
    from
        accounting.documents(
            %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s,
            %(sales_point)s
        ) as document
    where cast(%(number)s as text) is not null
) as counted
group by counted.kind, counted.status
having sum(counted.documents) > 0
