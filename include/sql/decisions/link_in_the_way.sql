-- Run by `smena links set`: links in force that contradict the new one for the cashbox or the register in these days.
select
    link.register_link_id as link_id,
    link.cashbox_id,
    link.kkt_reg_id
from control.register_link as link
where
    link.organization_inn = %(inn)s
    and link.state = 'in_force'
    and (link.cashbox_id = %(cashbox_id)s or link.kkt_reg_id = %(kkt_reg_id)s)
    and link.days && daterange(%(first_day)s, %(last_day)s, '[]')
order by link.register_link_id
