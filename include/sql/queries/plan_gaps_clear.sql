-- Run by the planner before plan_gaps: gaps are told as of the newest plan.
delete from control.gap
where organization_inn = %(inn)s and product = %(product)s
