-- Run by reconcile: booked till shifts of one shop, in kopecks, with those of 31 days around the requested days.
select
    shift.shift_id::text as shift_id,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.opened_at,
    shift.closed_at,
    shift.receipts,
    (shift.cash_income * 100)::bigint as cash_income,
    (shift.cash_refund * 100)::bigint as cash_refund,
    (shift.cashless_income * 100)::bigint as cashless_income,
    (shift.cashless_refund * 100)::bigint as cashless_refund,
    (shift.price_correction * 100)::bigint as price_correction,
    shift.outcome,
    shift.evidence,
    shift.decision_id is not null or shift.outcome = 'conflict' as is_decided,
    shift.closed_at >= %(first_day)s and shift.closed_at < %(last_day)s::date + 1 as is_asked
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.source = 'market'
    and shift.shop_id = %(shop_id)s
    and shift.closed_at >= %(first_day)s::date - 31
    and shift.closed_at < %(last_day)s::date + 32
