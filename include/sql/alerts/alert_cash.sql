-- Run by alerts: the last 30 days that are over and not in a closed period, on which a cash book ended above its limit or
-- below zero. `cash_carried` is the balance at the start of its day.
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
        sum(case entry.kind when 'pko' then entry.amount else -entry.amount end) as moved
    from opening
    inner join accounting.cash_book_entry as entry
        on opening.organization_inn = entry.organization_inn and opening.kpp = entry.kpp and opening.day <= entry.day
    group by opening.organization_inn, opening.kpp, entry.day
),

-- A limit holds on days without a movement too.
checked_day as (
    select
        turnover.organization_inn,
        turnover.kpp,
        turnover.day
    from turnover
    union
    select
        opening.organization_inn,
        opening.kpp,
        recent.day::date
    from opening
    cross join
        lateral generate_series(
            greatest(opening.day, %(today)s::date - 30)::timestamp, %(today)s::date - interval '1 day', interval '1 day'
        ) as recent (day)
),

running as (
    select
        opening.organization_inn,
        opening.kpp,
        checked_day.day,
        opening.amount + sum(coalesce(turnover.moved, 0)) over (
            partition by opening.organization_inn, opening.kpp order by checked_day.day
        ) as closing
    from opening
    inner join checked_day
        on opening.organization_inn = checked_day.organization_inn and opening.kpp = checked_day.kpp
    left join turnover
        on
            opening.organization_inn = turnover.organization_inn
            and opening.kpp = turnover.kpp
            and checked_day.day = turnover.day
),

checked as (
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
from checked
where word is not null
group by organization_inn, kpp, word
order by organization_inn, kpp, word
