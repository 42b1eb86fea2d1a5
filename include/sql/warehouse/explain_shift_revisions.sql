-- Run by `smena explain`: the former facts and outcomes of a shift.
select
    revision,
    outcome,
    reason,
    same_as,
    receipts,
    cash_income,
    cash_refund,
    cash_payout,
    cash_payout_refund,
    cashless_income,
    cashless_refund,
    batch_id,
    loaded_at,
    archived_at
from accounting.shift_history
where shift_id = %(shift_id)s
order by archived_at, revision
