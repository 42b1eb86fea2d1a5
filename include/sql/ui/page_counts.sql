-- Run by the pages, on every page: the numbers of waiting items for the navigation. Each is counted up to a thousand,
-- and documents by the day, of which a thousand are enough, because each has one document or more.
--
-- The function is not in a subquery, so that the planner knows how few organisations these are.
select
    (
        select least(coalesce(sum(new_documents.documents), 0), 1000)::integer from (
            select documents from accounting.documents_of_day
            where status = 'new' and documents > 0 and organization_inn = any(control.organizations_in_sight())
            limit 1000
        ) as new_documents
    ) as documents,
    (
        select count(*) from (
            select 1 from control.decision
            where state = 'open' and organization_inn = any(control.organizations_in_sight())
            limit 1000
        ) as waiting
    ) as decisions,
    (
        select count(*) from (
            (
                select 1 from control.quarantine
                where state = 'open' and organization_inn = any(control.organizations_in_sight())
                limit 1000
            )
            union all
            (
                select 1 from control.difference
                where
                    closed_at is null
                    and not is_explained
                    and organization_inn = any(control.organizations_in_sight())
                limit 1000
            )
        ) as found
    ) as quality
