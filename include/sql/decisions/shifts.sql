-- Run by `smena shifts` and `smena conflicts`: shifts of a filter with their outcomes.
select
    shift.shift_id,
    shift.organization_inn,
    shift.kpp,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.closed_at,
    shift.received_at,
    shift.late_by,
    shift.order_date,
    shift.receipts,
    shift.cash_income,
    shift.cash_refund,
    shift.cash_payout,
    shift.cash_payout_refund,
    shift.outcome,
    shift.reason,
    shift.loaded_at,
    shift.batch_id
from accounting.shift
where
    shift.organization_inn = coalesce(%(inn)s, shift.organization_inn)
    -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
    and shift.closed_at >= coalesce(cast(%(first_day)s as date), '-infinity'::date)::timestamp
    and shift.closed_at < coalesce(cast(%(last_day)s as date) + 1, 'infinity'::date)::timestamp
    and (cast(%(outcomes)s as text[]) is null or shift.outcome = any(%(outcomes)s))
    and (shift.late_by is not null or not %(late)s)
order by shift.organization_inn, shift.closed_at, shift.kkt_reg_id, shift.fiscal_drive_number, shift.shift_number
