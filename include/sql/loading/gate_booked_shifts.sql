-- Run by `smena quality --batch`: the published shifts of the OFD that no later batch has written, with the columns of
-- gate_shifts, so that the same checks run on both.
select
    fiscal_drive_number as unit,
    shift_number::text as shift,
    '' as evidence,
    kkt_reg_id,
    shift_number,
    coalesce(fiscal_document_number, 1) as fiscal_document_number,
    outcome,
    coalesce(
        least(cash_income, cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund) * 100, 0
    )::bigint as least_sum,
    -- Both columns pass their checks if the shift is not issued: only an issued one must have sums and a day.
    case outcome
        when 'issued' then ((cash_income + cash_refund + cash_payout + cash_payout_refund) * 100)::bigint
        else 0
    end as cash_if_issued,
    case outcome when 'issued' then order_date else closed_at::date end as day_if_issued,
    0 as is_rejected,
    -- A conflict without orders is not booked: it waits for a person.
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
