-- Run by the planner: gaps for list entries without a register (or shop); their documents may be missing on any day.
insert into control.gap (organization_inn, product, unit_id, days, reason, details, batch_id)
select
    integration.organization_inn,
    integration.product,
    '',
    daterange(integration.start_date, %(horizon)s, '[]'),
    'unidentified',
    %(details)s,
    %(batch_id)s
from control.integration
where
    integration.organization_inn = %(inn)s
    and integration.product = %(product)s
    and integration.start_date <= %(horizon)s
