-- Run by extract: shifts that are known whole already, receipt by receipt (`is_read`), and need none of them again; and
-- those that are booked (`is_booked`), whatever from.
--
-- What could not be booked for a start date, a closed period or a doubt about Market's shift does: its orders, with their
-- tax systems and VAT, are made of the receipts once it can be.
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
