-- Run by publish after apply_proposals: replace the facts of till shifts; a trigger copies the former row to
-- shift_history.
-- reads: change_shift, proposal
update accounting.shift
set
    kpp = coalesce(change_shift.kpp, shift.kpp),
    opened_at = staged.opened_at,
    closed_at = staged.closed_at,
    receipts = staged.receipts,
    cash_income = staged.cash_income * 0.01,
    cash_refund = staged.cash_refund * 0.01,
    cash_payout = staged.cash_income * 0,
    cash_payout_refund = staged.cash_income * 0,
    cashless_income = staged.cashless_income * 0.01,
    cashless_refund = staged.cashless_refund * 0.01,
    price_correction = staged.price_correction * 0.01,
    order_date = staged.order_day,
    outcome = change_shift.outcome,
    reason = change_shift.reason,
    same_as = change_shift.same_as,
    decision_id = null,
    evidence = staged.evidence,
    proposed_orders = coalesce(proposal.orders, case staged.outcome when 'no_cash' then '[]'::jsonb end),
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from stage.till_shift as staged
inner join change_shift on staged.shift_id = change_shift.shift_id
left join proposal on staged.shift_id = proposal.shift_id
where
    staged.batch_id = %(batch_id)s
    and change_shift.action = 'replace'
    and shift.shift_id = staged.shift_id
    and shift.revision = change_shift.revision
