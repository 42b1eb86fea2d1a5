-- Run by reconcile: totals without corrections, if the corrections are the whole difference to the kopeck.
update control.source_shift as reported
set
    receipts = shift.receipts,
    cash_income = shift.cash_income,
    cash_refund = shift.cash_refund,
    cash_payout = shift.cash_payout,
    cash_payout_refund = shift.cash_payout_refund,
    cashless_income = shift.cashless_income,
    cashless_refund = shift.cashless_refund,
    corrections = correction.receipts
from
    jsonb_to_recordset(%(corrections)s) as correction (
        shift_id uuid, receipts integer, cash_income bigint, cash_refund bigint, cash_payout bigint,
        cash_payout_refund bigint, cashless_income bigint, cashless_refund bigint
    )
inner join accounting.shift on correction.shift_id = shift.shift_id
where
    reported.organization_inn = %(inn)s
    and reported.kkt_reg_id = shift.kkt_reg_id
    and reported.shift_number = shift.shift_number
    and reported.closed_at = shift.closed_at
    and reported.opened_at is not null
    and (
        shift.receipts, shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund,
        shift.cashless_income, shift.cashless_refund
    )
    = (
        reported.receipts + correction.receipts,
        reported.cash_income + correction.cash_income * 0.01,
        reported.cash_refund + correction.cash_refund * 0.01,
        reported.cash_payout + correction.cash_payout * 0.01,
        reported.cash_payout_refund + correction.cash_payout_refund * 0.01,
        reported.cashless_income + correction.cashless_income * 0.01,
        reported.cashless_refund + correction.cashless_refund * 0.01
    )
