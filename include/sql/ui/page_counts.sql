-- Run by the pages, on every page: the numbers of waiting items for the navigation. Each is counted up to a thousand.
--
-- For a user who does not see everything, the statement filters by the user's organisations, which have an index: with
-- the row-level policy alone it would read those of all others. The function is not in a subquery, so that the planner
-- knows how few organisations these are.
select
    (
        select count(*) from (
            (
                select 1 from accounting.cash_order
                where cash_order.status = 'new' and (select control.sees_all())
                limit 1000
            )
            union all
            (
                select 1 from accounting.cash_order
                where
                    cash_order.status = 'new'
                    and not (select control.sees_all())
                    and cash_order.organization_inn = any(control.own_organizations())
                limit 1000
            )
            union all
            (
                select 1 from accounting.market_document
                where market_document.status = 'new' and (select control.sees_all())
                limit 1000
            )
            union all
            (
                select 1 from accounting.market_document
                where
                    market_document.status = 'new'
                    and not (select control.sees_all())
                    and market_document.organization_inn = any(control.own_organizations())
                limit 1000
            )
        ) as new_documents
    ) as documents,
    (
        select count(*) from (
            (
                select 1 from control.decision
                where decision.state = 'open' and (select control.sees_all())
                limit 1000
            )
            union all
            (
                select 1 from control.decision
                where
                    decision.state = 'open'
                    and not (select control.sees_all())
                    and decision.organization_inn = any(control.own_organizations())
                limit 1000
            )
        ) as waiting
    ) as decisions,
    (
        select count(*) from (
            (
                select 1 from control.quarantine
                where quarantine.state = 'open' and (select control.sees_all())
                limit 1000
            )
            union all
            (
                select 1 from control.quarantine
                where
                    quarantine.state = 'open'
                    and not (select control.sees_all())
                    and quarantine.organization_inn = any(control.own_organizations())
                limit 1000
            )
            union all
            (
                select 1 from control.difference
                where difference.closed_at is null and not difference.is_explained and (select control.sees_all())
                limit 1000
            )
            union all
            (
                select 1 from control.difference
                where
                    difference.closed_at is null
                    and not difference.is_explained
                    and not (select control.sees_all())
                    and difference.organization_inn = any(control.own_organizations())
                limit 1000
            )
        ) as found
    ) as quality
