-- Run by `cash_book.balance`: the cash of a book at the beginning of a day; no row if it is unknown.
select
    coalesce(carried.amount, opening.amount) + coalesce(
        (
            select sum(case entry.kind when 'pko' then entry.amount else -entry.amount end)
            from accounting.cash_book_entry as entry
            where
                entry.organization_inn = opening.organization_inn
                and entry.kpp = opening.kpp
                and entry.day >= coalesce(carried.day, opening.day)
                and entry.day < %(day)s
        ),
        0
    ) as balance
from accounting.cash_opening as opening
left join lateral (
    select
        cash_carried.day,
        cash_carried.amount
    from accounting.cash_carried
    where cash_carried.cash_opening_id = opening.cash_opening_id and cash_carried.day <= %(day)s
    order by cash_carried.day desc
    limit 1
) as carried on true
where
    opening.organization_inn = %(inn)s
    and opening.kpp = %(kpp)s
    and opening.reversed_on is null
    and opening.day <= %(day)s
