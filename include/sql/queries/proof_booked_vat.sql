-- Run by reconcile: VAT of the receipts that shifts were booked from, a row each shift, operation and rate.
--
-- A shift whose receipts have no VAT has one row without a rate; one whose VAT is not known has none.
select
    shift.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.closed_at,
    shift.receipts,
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
