-- Run by taking answers back: restore the shifts that they changed.
-- reads: asked_answer
update accounting.shift
set
    kpp = former.kpp,
    opened_at = former.opened_at,
    received_at = former.received_at,
    receipts = former.receipts,
    cash_income = former.cash_income,
    cash_refund = former.cash_refund,
    cash_payout = former.cash_payout,
    cash_payout_refund = former.cash_payout_refund,
    cashless_income = former.cashless_income,
    cashless_refund = former.cashless_refund,
    detail = former.detail,
    order_date = former.order_date,
    outcome = former.outcome,
    reason = former.reason,
    evidence = former.evidence,
    same_as = former.same_as,
    decision_id = former.decision_id,
    batch_id = former.batch_id,
    revision = shift.revision + 1,
    loaded_at = now()
from asked_answer
cross join accounting.shift_history as former
where
    shift.decision_id = asked_answer.decision_id
    and former.shift_id = shift.shift_id
    and former.revision = shift.revision - 1
