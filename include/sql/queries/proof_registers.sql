-- Run by reconcile: every readable register, whatever the list says of it, and the days of the window within reach.
select
    register.kkt_reg_id,
    register.ofd_organization_id,
    register.permission_from,
    register.permission_to,
    lower(reach.days * daterange(%(first_day)s, %(last_day)s, '[]')) as first_day,
    upper(reach.days * daterange(%(first_day)s, %(last_day)s, '[]')) - 1 as last_day
from control.reach
inner join control.register
    on reach.organization_inn = register.organization_inn and reach.unit_id = register.kkt_reg_id
where
    reach.organization_inn = %(inn)s
    and reach.source = 'ofd'
    and not isempty(reach.days * daterange(%(first_day)s, %(last_day)s, '[]'))
order by register.kkt_reg_id
