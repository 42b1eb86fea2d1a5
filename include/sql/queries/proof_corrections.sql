-- Run by reconcile: totals that leave corrections out, where these make up the whole difference to the kopeck.
update control.told_shift as told
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
    told.organization_inn = %(inn)s
    and told.kkt_reg_id = shift.kkt_reg_id
    and told.shift_number = shift.shift_number
    and told.closed_at = shift.closed_at
    and told.opened_at is not null
    and (
        shift.receipts, shift.cash_income, shift.cash_refund, shift.cash_payout, shift.cash_payout_refund,
        shift.cashless_income, shift.cashless_refund
    )
    = (
        told.receipts + correction.receipts,
        told.cash_income + correction.cash_income * 0.01,
        told.cash_refund + correction.cash_refund * 0.01,
        told.cash_payout + correction.cash_payout * 0.01,
        told.cash_payout_refund + correction.cash_payout_refund * 0.01,
        told.cashless_income + correction.cashless_income * 0.01,
        told.cashless_refund + correction.cashless_refund * 0.01
    )
