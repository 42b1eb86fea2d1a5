-- Run by the page «Сегодня»: documents that nobody has accepted or rejected yet.
--
-- For a user who does not see everything it filters by the user's organisations, as page_counts does.
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
