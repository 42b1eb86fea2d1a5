-- Run by extract: shifts that are known whole already, receipt by receipt, and need none of them again.
select
    shift.fiscal_drive_number,
    shift.shift_number
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.kkt_reg_id = any(%(registers)s)
    and shift.closed_at >= %(first_moment)s
    and shift.detail = 'receipts'
    and shift.outcome <> 'incomplete'
