-- Run by extract: shifts whose receipts are all read already (`is_read`) and not needed again, and shifts that are
-- booked from any source (`is_booked`).
--
-- A shift not booked because of a start date, a closed period or a possible match with Market's shift needs its
-- receipts again: once it can be booked, they give its orders the tax systems and VAT.
select
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.detail = 'receipts' as is_read,
    shift.outcome in ('issued', 'no_cash') as is_booked
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.kkt_reg_id = any(%(registers)s)
    and shift.closed_at >= %(first_moment)s
    and (shift.detail = 'receipts' or shift.outcome in ('issued', 'no_cash'))
    and shift.outcome not in ('incomplete', 'before_start', 'closed_period')
    and not exists (
        select from control.decision
        where
            decision.shift_id = shift.shift_id
            and decision.state = 'open'
            and decision.kind = 'review'
            and decision.competing_shift_id is not null
    )
