-- Run by `cash_book.journal`: every ПКО and РКО of an organisation's days, each number once, with any status.
select
    kind,
    day,
    number,
    amount,
    note,
    counterparty,
    kpp,
    basis
from (
    select
        kind,
        date as day,
        number::text as number,
        amount,
        case when status in ('rejected', 'reversed') then status else '' end as note,
        counterparty,
        kpp,
        basis,
        number as place
    from accounting.cash_order
    where organization_inn = %(inn)s and date between %(first_day)s and %(last_day)s
    union all
    select
        kind,
        day,
        number,
        amount,
        case when reversed_on is not null then 'reversed' else 'entered' end,
        counterparty,
        kpp,
        basis,
        9000000000000000 + cash_movement_id
    from accounting.cash_movement
    where organization_inn = %(inn)s and day between %(first_day)s and %(last_day)s
) as registered
where (cast(%(kpp)s as text) is null or kpp = %(kpp)s) and (cast(%(kind)s as text) is null or kind = %(kind)s)
order by kind, kpp, day, place
limit %(most)s
