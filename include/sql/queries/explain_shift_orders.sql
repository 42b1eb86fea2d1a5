-- Run by `smena explain`: the cash orders of a shift, the reversed ones too.
select
    document_id,
    kind,
    number,
    date,
    kpp,
    operation,
    taxation,
    agent,
    amount,
    status,
    source,
    issue,
    revision
from accounting.cash_order
where shift_id = %(shift_id)s
order by date, kind, number
