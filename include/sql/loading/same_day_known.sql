-- Run by extract of days that are not over: shifts of the operator in the books, with their sums, closed since a moment.
select
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number
from accounting.shift
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.closed_at >= %(first_moment)s
    and shift.outcome <> 'incomplete'
