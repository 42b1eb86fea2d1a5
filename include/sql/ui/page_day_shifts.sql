-- Run by the page of a day: a page of its shifts in the order of their closing.
select
    shift.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.shop_id,
    shift.cashbox_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.till_shift,
    shift.closed_at,
    shift.received_at,
    shift.late_by,
    shift.receipts,
    shift.cash_income,
    shift.cash_refund,
    shift.cashless_income,
    shift.source,
    shift.outcome,
    shift.reason,
    shift.batch_id,
    batch.run_id
from accounting.shift
inner join control.batch on shift.batch_id = batch.batch_id
where
    shift.organization_inn = %(inn)s
    -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
    and shift.closed_at >= cast(%(day)s as timestamp)
    and shift.closed_at < (cast(%(day)s as date) + 1)::timestamp
    and shift.source = %(source)s
    and (%(register)s = '' or %(register)s in (shift.kkt_reg_id, shift.shop_id))
    and (shift.closed_at, shift.shift_id) > (
        cast(%(after_closed_at)s as timestamp), cast(%(after_id)s as uuid)
    )
order by shift.closed_at, shift.shift_id
limit %(most)s
