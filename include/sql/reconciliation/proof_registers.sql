-- Run by reconcile: every readable register, even if the list calls it silent, and its readable days of the window.
select
    register.kkt_reg_id,
    register.ofd_organization_id,
    register.permission_from,
    register.permission_to,
    lower(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]')) as first_day,
    upper(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]')) - 1 as last_day
from control.readable_days
inner join control.register
    on readable_days.organization_inn = register.organization_inn and readable_days.unit_id = register.kkt_reg_id
where
    readable_days.organization_inn = %(inn)s
    and readable_days.source = 'ofd'
    and not isempty(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]'))
order by register.kkt_reg_id
