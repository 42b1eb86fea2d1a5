-- Run by `cash_book.days`: each day of a cash book on which cash moved: balances, turnovers, and the limit that held.
--
-- Balances are null before the day of the opening balance, and on all days if there is none: they are unknown.
with opening as (
    select
        coalesce(carried.day, cash_opening.day) as day,
        coalesce(carried.amount, cash_opening.amount) as amount
    from accounting.cash_opening
    left join lateral (
        select
            cash_carried.day,
            cash_carried.amount
        from accounting.cash_carried
        where
            cash_carried.cash_opening_id = cash_opening.cash_opening_id
            and cash_carried.day <= %(first_day)s
        order by cash_carried.day desc
        limit 1
    ) as carried on true
    where
        cash_opening.organization_inn = %(inn)s and cash_opening.kpp = %(kpp)s and cash_opening.reversed_on is null
),

turnover as (
    select
        entry.day,
        sum(entry.amount) filter (where entry.kind = 'pko') as received,
        sum(entry.amount) filter (where entry.kind = 'rko') as given,
        count(*) as entries
    from accounting.cash_book_entry as entry
    where
        entry.organization_inn = %(inn)s
        and entry.kpp = %(kpp)s
        and entry.day <= %(last_day)s
        -- Rows before both the requested days and the opening balance do not affect any of these days.
        and entry.day >= least(cast(%(first_day)s as date), (select opening.day from opening))
    group by entry.day
),

running as (
    select
        turnover.day,
        coalesce(turnover.received, 0) as received,
        coalesce(turnover.given, 0) as given,
        turnover.entries,
        opening.amount + sum(coalesce(turnover.received, 0) - coalesce(turnover.given, 0)) filter (
            where turnover.day >= opening.day
        ) over (order by turnover.day) as closing,
        turnover.day >= opening.day as is_known
    from turnover
    left join opening on true
)

select
    running.day,
    running.received,
    running.given,
    running.entries,
    case when running.is_known then running.closing - running.received + running.given end as opening,
    case when running.is_known then running.closing end as closing,
    most.amount as limit_amount
from running
left join lateral (
    select cash_limit.amount
    from accounting.cash_limit
    where
        cash_limit.organization_inn = %(inn)s and cash_limit.kpp = %(kpp)s and cash_limit.first_day <= running.day
    order by cash_limit.first_day desc, cash_limit.cash_limit_id desc
    limit 1
) as most on true
where running.day >= %(first_day)s
order by running.day
