-- Run by `cash_book.sheet`: the entries of a cash book on a day: ПКО by number, then РКО by number, because each is its
-- own series, movements after orders, then reversals in the same order.
select
    kind,
    number,
    counterparty,
    account,
    basis,
    amount,
    is_reversal,
    document_id::text as document_id,
    cash_movement_id
from accounting.cash_book_entry
where organization_inn = %(inn)s and kpp = %(kpp)s and day = %(day)s
order by is_reversal, kind, place
