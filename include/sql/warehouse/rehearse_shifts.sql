-- Run by rehearse: booked shifts; BOOKED_SHIFTS.
select
    shift.shift_id::text as shift_id,
    coalesce(shift.kkt_reg_id, shift.cashbox_id) as unit_id,
    coalesce(shift.till_shift, shift.fiscal_drive_number || ' / ' || shift.shift_number) as name,
    shift.closed_at,
    shift.opened_at,
    shift.order_date as order_day,
    shift.receipts,
    (shift.cash_income * 100)::bigint as cash_income,
    (shift.cash_refund * 100)::bigint as cash_refund,
    (shift.cash_payout * 100)::bigint as cash_payout,
    (shift.cash_payout_refund * 100)::bigint as cash_payout_refund,
    (shift.cashless_income * 100)::bigint as cashless_income,
    (shift.cashless_refund * 100)::bigint as cashless_refund,
    (shift.price_correction * 100)::bigint as price_correction,
    shift.outcome
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.shift_id = any(%(shifts)s::uuid[])
