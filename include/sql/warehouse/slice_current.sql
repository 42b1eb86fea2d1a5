-- Run by publish after slice_scope: the published shifts in question, with the number of their orders. Money in
-- kopecks.
-- reads: slice_shift
select
    shift.shift_id::text as shift_id,
    shift.source,
    slice_shift.is_reported,
    slice_shift.is_till as is_till_in_scope,
    shift.organization_inn <> %(inn)s as is_of_another,
    shift.kkt_reg_id,
    shift.fiscal_document_number,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.opened_at,
    shift.closed_at,
    shift.receipts,
    (shift.cash_income * 100)::bigint as cash_income,
    (shift.cash_refund * 100)::bigint as cash_refund,
    (shift.cash_payout * 100)::bigint as cash_payout,
    (shift.cash_payout_refund * 100)::bigint as cash_payout_refund,
    (shift.cashless_income * 100)::bigint as cashless_income,
    (shift.cashless_refund * 100)::bigint as cashless_refund,
    (shift.price_correction * 100)::bigint as price_correction,
    shift.order_date as order_day,
    shift.detail,
    shift.outcome,
    shift.reason,
    shift.same_as::text as same_as,
    shift.decision_id is not null as has_decision,
    shift.revision,
    jsonb_array_length(shift.proposed_orders) as orders,
    coalesce(booked.live_orders, 0) as live_orders,
    coalesce(booked.marked_orders, 0) as marked_orders,
    coalesce(booked.open_orders, 0) as open_orders,
    booked.first_order_day,
    booked.last_order_day
from slice_shift
inner join accounting.shift on slice_shift.shift_id = shift.shift_id
left join (
    select
        cash_order.shift_id,
        count(*) as live_orders,
        count(*) filter (where cash_order.status in ('accepted', 'rejected')) as marked_orders,
        count(*) filter (where cash_order.status in ('new', 'accepted')) as open_orders,
        min(cash_order.date) as first_order_day,
        max(cash_order.date) as last_order_day
    from slice_shift as scope
    inner join accounting.cash_order on scope.shift_id = cash_order.shift_id
    where cash_order.status <> 'reversed'
    group by cash_order.shift_id
) as booked
    on shift.shift_id = booked.shift_id
