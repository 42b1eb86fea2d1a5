-- Run by `cash_book.sheet`: the entries of a cash book on a day: ПКО by number, then РКО by number, because each is its
-- own series, movements after orders, then reversals in the same order. `word` names a movement.
select
    entry.kind,
    entry.number,
    entry.counterparty,
    entry.account,
    entry.basis,
    entry.amount,
    entry.is_reversal,
    entry.document_id::text as document_id,
    entry.cash_movement_id,
    movement.word
from accounting.cash_book_entry as entry
left join accounting.cash_movement as movement on entry.cash_movement_id = movement.cash_movement_id
where entry.organization_inn = %(inn)s and entry.kpp = %(kpp)s and entry.day = %(day)s
order by entry.is_reversal, entry.kind, entry.place
