-- Run by the desk on every page: what waits, for the navigation. Each is counted up to a thousand.
select
    (
        select count(*) from (
            (
                select 1 from accounting.cash_order
                where cash_order.status = 'new'
                limit 1000
            )
            union all
            (
                select 1 from accounting.market_document
                where market_document.status = 'new'
                limit 1000
            )
        ) as new_documents
    ) as documents,
    (
        select count(*) from (select 1 from control.decision where decision.state = 'open' limit 1000) as waiting
    ) as decisions,
    (
        select count(*) from (
            (
                select 1 from control.quarantine
                where quarantine.state = 'open'
                limit 1000
            )
            union all
            (
                select 1 from control.difference
                where difference.closed_at is null and not difference.is_explained
                limit 1000
            )
        ) as found
    ) as quality
