-- Run by rehearse after the decision: the shifts that are staged again, without their outcome; MADE_SHIFTS.
select
    staged.shift_id::text as shift_id,
    staged.kkt_reg_id as unit_id,
    staged.fiscal_drive_number || ' / ' || staged.shift_number as name,
    staged.closed_at,
    staged.opened_at,
    staged.order_day,
    staged.receipts,
    staged.cash_income,
    staged.cash_refund,
    staged.cash_payout,
    staged.cash_payout_refund,
    staged.cashless_income,
    staged.cashless_refund,
    null::bigint as price_correction,
    staged.outcome
from stage.shift as staged
where staged.batch_id = %(stage_id)s
union all
select
    staged.shift_id::text,
    staged.cashbox_id,
    staged.till_shift,
    staged.closed_at,
    staged.opened_at,
    staged.order_day,
    staged.receipts,
    staged.cash_income,
    staged.cash_refund,
    staged.cash_income * 0,
    staged.cash_income * 0,
    staged.cashless_income,
    staged.cashless_refund,
    staged.price_correction,
    staged.outcome
from stage.till_shift as staged
where staged.batch_id = %(stage_id)s
