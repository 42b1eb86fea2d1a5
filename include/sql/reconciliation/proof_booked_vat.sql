-- Run by reconcile: VAT that shifts were booked with, one row per shift, operation and rate.
--
-- A shift booked from receipts (`is_of_receipts`) without VAT has one row without a rate; with unknown VAT it has no
-- row. A shift booked from totals has rows for the operations whose VAT by rate was known; an operation without VAT has
-- one row without a rate.
select
    shift.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.closed_at,
    shift.receipts,
    true as is_of_receipts,
    line.operation,
    line.rate,
    line.vat
from accounting.shift
inner join control.confirmed_shift as confirmed
    on shift.shift_id = confirmed.shift_id and shift.evidence = confirmed.evidence
left join
    lateral jsonb_to_recordset(confirmed.vat) as line (operation text, rate text, vat bigint)
    on true
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.detail = 'receipts'
    and confirmed.vat is not null
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
union all
select
    shift.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.closed_at,
    shift.receipts,
    false as is_of_receipts,
    cash_order.operation,
    line.rate,
    line.vat::bigint as vat
from accounting.shift
inner join accounting.cash_order
    on
        shift.shift_id = cash_order.shift_id
        and cash_order.status in ('new', 'accepted')
        and cash_order.vat_by_rate is not null
left join lateral jsonb_each_text(cash_order.vat_by_rate) as line (rate, vat) on true
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.detail = 'totals'
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
