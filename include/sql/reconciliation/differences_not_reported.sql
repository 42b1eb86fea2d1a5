-- Run by reconcile: stored shifts that the source does not report any more.
-- writes: found_difference
insert into found_difference
select
    'shift_not_reported',
    shift.kkt_reg_id,
    shift.closed_at::date,
    coalesce(shift.cash_income - shift.cash_refund - shift.cash_payout + shift.cash_payout_refund, 0),
    'shift_not_reported',
    jsonb_build_object(
        'ours', accounting.shift_facts(shift) - 'order_date',
        'fiscal_drive_number', shift.fiscal_drive_number, 'shift_number', shift.shift_number
    ),
    array[shift.shift_id],
    shift.shift_id::text
from accounting.shift
inner join jsonb_to_recordset(%(asked)s) as asked (kkt_reg_id text, first_day date, last_day date)
    on shift.kkt_reg_id = asked.kkt_reg_id
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    -- Totals by shift report no closing of a shift that has no closing report.
    and shift.fiscal_document_number is not null
    and shift.closed_at >= asked.first_day
    and shift.closed_at < asked.last_day + 1
    and not exists (
        select from control.source_shift as reported
        where
            reported.organization_inn = shift.organization_inn
            and reported.kkt_reg_id = shift.kkt_reg_id
            and reported.shift_number = shift.shift_number
            and reported.closed_at = shift.closed_at
    )
