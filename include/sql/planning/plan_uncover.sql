-- Run by the planner after plan_unidentified: days of the organisation in a gap of no known register are not covered.
delete from control.covered_day
using control.gap
where
    gap.organization_inn = %(inn)s
    and gap.product = %(product)s
    and gap.reason = 'unidentified'
    and covered_day.organization_inn = gap.organization_inn
    and covered_day.product = gap.product
    and gap.days @> covered_day.day
