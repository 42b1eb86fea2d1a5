-- Run by the desk, «Сегодня»: documents that nobody has accepted or rejected yet.
--
-- Who does not see everything asks for his own organisations by their index, as in page_counts.
select
    seen.kind,
    count(*) as documents,
    sum(seen.amount) as amount
from (
    select
        kind,
        amount
    from accounting.cash_order
    where
        status = 'new'
        and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
        and (select control.sees_all())
    union all
    select
        kind,
        amount
    from accounting.cash_order
    where
        status = 'new'
        and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
        and not (select control.sees_all())
        and organization_inn = any(control.own_organizations())
    union all
    select
        kind,
        amount
    from accounting.market_document
    where
        status = 'new'
        and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
        and (select control.sees_all())
    union all
    select
        kind,
        amount
    from accounting.market_document
    where
        status = 'new'
        and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
        and not (select control.sees_all())
        and organization_inn = any(control.own_organizations())
) as seen
group by seen.kind
order by seen.kind
