-- Run by extract where receipts are always read: shifts of a shard that are known whole already and need no receipts.
select
    shift.fiscal_drive_number,
    shift.shift_number
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.kkt_reg_id = any(%(registers)s)
    and shift.closed_at >= %(first_day)s
    and shift.detail = 'receipts'
    and shift.outcome <> 'incomplete'
