-- Run by the planner after plan_unidentified: uncover the organisation's days in a gap without a register.
delete from control.covered_day
using control.gap
where
    gap.organization_inn = %(inn)s
    and gap.product = %(product)s
    and gap.reason = 'unidentified'
    and covered_day.organization_inn = gap.organization_inn
    and covered_day.product = gap.product
    and gap.days @> covered_day.day
