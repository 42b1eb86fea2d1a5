-- Run by `smena quality --batch`: the published shifts of the OFD that a batch wrote last, in the form of gate_shifts.
-- A conflict without orders waits for a person.
select
    fiscal_drive_number || ' / ' || shift_number as report,
    kkt_reg_id,
    fiscal_drive_number,
    shift_number,
    coalesce(fiscal_document_number, 1) as fiscal_document_number,
    outcome,
    coalesce(
        least(cash_income, cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund) * 100, 0
    )::bigint as least_sum,
    case outcome
        when 'issued' then ((cash_income + cash_refund + cash_payout + cash_payout_refund) * 100)::bigint
        else 0
    end as cash_if_issued,
    case outcome when 'issued' then order_date else closed_at::date end as day_if_issued,
    0 as is_rejected,
    shift_id::text as shift_id,
    shift.outcome = 'issued' or (
        shift.outcome = 'conflict' and exists (
            select from accounting.cash_order
            where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
        )
    ) as is_booked,
    shift.order_date as order_day,
    (shift.cash_income * 100)::bigint as income,
    (shift.cash_refund * 100)::bigint as refund,
    (shift.cash_payout * 100)::bigint as payout,
    (shift.cash_payout_refund * 100)::bigint as payout_refund
from accounting.shift
where batch_id = %(batch_id)s and source = 'ofd'
