-- Run by publish before publish_gaps: delete the gaps of everything that this batch requested again.
delete from control.gap
using control.assignment
where
    gap.organization_inn = %(inn)s
    and gap.product = %(product)s
    and gap.reason in ('refused', 'unreadable', 'failed', 'missing_shift', 'open_shift', 'clock_ahead')
    and assignment.batch_id = %(batch_id)s
    and assignment.unit_id = gap.unit_id
    and daterange(assignment.first_day, assignment.last_day, '[]') && gap.days
