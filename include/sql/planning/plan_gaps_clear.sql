-- Run by the planner before plan_gaps: delete the former plan's days that are not readable.
delete from control.gap
where
    organization_inn = %(inn)s
    and product = %(product)s
    and reason in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'unidentified')
