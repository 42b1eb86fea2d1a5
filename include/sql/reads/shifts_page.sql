-- Run by the read model of shifts: an organisation's shifts of a filter in the order of their closing, after one of
-- them.
select
    shift.shift_id::text as shift_id,
    shift.organization_inn,
    shift.kpp,
    shift.source,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.same_as::text as same_as,
    shift.opened_at,
    shift.closed_at,
    shift.received_at,
    shift.order_date,
    shift.receipts,
    shift.cash_income,
    shift.cash_refund,
    shift.cash_payout,
    shift.cash_payout_refund,
    shift.cashless_income,
    shift.cashless_refund,
    shift.outcome,
    shift.reason_code,
    shift.reason_args,
    shift.revision,
    shift.batch_id,
    shift.loaded_at
from accounting.shift
where
    shift.organization_inn = %(inn)s
    -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
    and shift.closed_at >= coalesce(cast(%(after_closed_at)s as timestamp), '-infinity'::timestamp)
    and shift.closed_at >= coalesce(cast(%(first_day)s as date), '-infinity'::date)::timestamp
    and shift.closed_at < coalesce(cast(%(last_day)s as date) + 1, 'infinity'::date)::timestamp
    and (cast(%(outcome)s as text) is null or shift.outcome = %(outcome)s)
    and (cast(%(source)s as text) is null or shift.source = %(source)s)
    and (
        cast(%(after_closed_at)s as timestamp) is null
        or (shift.closed_at, shift.shift_id) > (cast(%(after_closed_at)s as timestamp), cast(%(after_id)s as uuid))
    )
order by shift.closed_at, shift.shift_id
limit cast(%(most)s as integer)
