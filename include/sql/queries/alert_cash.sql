-- Run by alerts: cash books with more cash than their limit, or less than none, at the end of days of the last 31 that are not closed.
with opening as (
    select
        cash_opening.organization_inn,
        cash_opening.kpp,
        coalesce(carried.day, cash_opening.day) as day,
        coalesce(carried.amount, cash_opening.amount) as amount
    from accounting.cash_opening
    left join lateral (
        select
            cash_carried.day,
            cash_carried.amount
        from accounting.cash_carried
        where cash_carried.cash_opening_id = cash_opening.cash_opening_id
        order by cash_carried.day desc
        limit 1
    ) as carried on true
    where
        cash_opening.organization_inn = coalesce(%(inn)s, cash_opening.organization_inn)
        and cash_opening.reversed_on is null
),

turnover as (
    select
        opening.organization_inn,
        opening.kpp,
        entry.day,
        opening.amount as opening,
        sum(case entry.kind when 'pko' then entry.amount else -entry.amount end) as moved
    from opening
    inner join accounting.cash_book_entry as entry
        on opening.organization_inn = entry.organization_inn and opening.kpp = entry.kpp and opening.day <= entry.day
    group by opening.organization_inn, opening.kpp, entry.day, opening.amount
),

running as (
    select
        organization_inn,
        kpp,
        day,
        opening + sum(moved) over (partition by organization_inn, kpp order by day) as closing
    from turnover
),

judged as (
    select
        running.*,
        case
            when running.closing < 0 then 'below_nothing'
            when running.closing > most.amount then 'over_limit'
        end as word,
        case when running.closing < 0 then -running.closing else running.closing - most.amount end as amount
    from running
    left join lateral (
        select cash_limit.amount
        from accounting.cash_limit
        where
            cash_limit.organization_inn = running.organization_inn
            and cash_limit.kpp = running.kpp
            and cash_limit.first_day <= running.day
        order by cash_limit.first_day desc, cash_limit.cash_limit_id desc
        limit 1
    ) as most on true
    left join control.closed_period on running.organization_inn = closed_period.organization_inn
    where
        running.day > %(today)s::date - 31
        and running.day < %(today)s
        and (closed_period.through is null or running.day > closed_period.through)
)

select
    organization_inn,
    kpp,
    word,
    count(*)::int as count,
    max(amount) as amount,
    min(day) as first_day,
    max(day) as last_day
from judged
where word is not null
group by organization_inn, kpp, word
order by organization_inn, kpp, word
