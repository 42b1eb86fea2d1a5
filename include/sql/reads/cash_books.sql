-- Run by `cash_book.books`: the cash books of organisations by КПП, each with its opening balance and today's limit.
--
-- КПП of orders are found by skipping from one to the next in the index of order numbers.
with recursive issued as (
    select
        organization.inn,
        (select min(kpp) from accounting.cash_order where organization_inn = organization.inn) as kpp
    from control.organization
    where cast(%(inn)s as text) is null or organization.inn = %(inn)s
    union all
    select
        issued.inn,
        (select min(kpp) from accounting.cash_order where organization_inn = issued.inn and kpp > issued.kpp)
    from issued
    where issued.kpp is not null
),

book as (
    select
        inn,
        kpp
    from issued
    where kpp is not null
    union
    select
        organization_inn,
        kpp
    from accounting.cash_movement
    where cast(%(inn)s as text) is null or organization_inn = %(inn)s
    union
    select
        organization_inn,
        kpp
    from accounting.cash_opening
    where cast(%(inn)s as text) is null or organization_inn = %(inn)s
    union
    select
        inn,
        kpp
    from control.organization
    where (cast(%(inn)s as text) is null or inn = %(inn)s) and control.sees_book(inn, kpp)
)

select
    book.inn as organization_inn,
    book.kpp,
    opening.cash_opening_id,
    opening.day as opening_day,
    opening.amount as opening_amount,
    opening.entered_by as opening_by,
    opening.entered_at as opening_at,
    most.amount as limit_amount,
    most.first_day as limit_from
from book
left join accounting.cash_opening as opening
    on book.inn = opening.organization_inn and book.kpp = opening.kpp and opening.reversed_on is null
left join lateral (
    select
        cash_limit.amount,
        cash_limit.first_day
    from accounting.cash_limit
    where
        cash_limit.organization_inn = book.inn
        and cash_limit.kpp = book.kpp
        and cash_limit.first_day <= %(today)s
    order by cash_limit.first_day desc, cash_limit.cash_limit_id desc
    limit 1
) as most on true
order by book.inn, book.kpp
