-- Run by `cash_book.movements`: movements entered or imported into a cash book, reversed or not, the newest day first.
select
    cash_movement_id,
    kpp,
    word,
    kind,
    day,
    number,
    counterparty,
    account,
    basis,
    amount,
    coalesce(import_key not like 'form:%%', false) as is_imported,
    entered_by,
    entered_at,
    reversed_on,
    reversed_by,
    reversed_at,
    reversed_reason
from accounting.cash_movement
where
    organization_inn = %(inn)s
    and (cast(%(kpp)s as text) is null or kpp = %(kpp)s)
    and day between %(first_day)s and %(last_day)s
order by day desc, cash_movement_id desc
limit %(most)s
