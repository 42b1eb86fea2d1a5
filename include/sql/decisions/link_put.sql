-- Run by `smena links set` and `confirm`: put a person's link into force.
insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, reason, decided_by)
values (
    %(inn)s,
    %(cashbox_id)s,
    %(kkt_reg_id)s,
    daterange(%(first_day)s, %(last_day)s, '[]'),
    'in_force',
    %(reason)s,
    %(by)s
)
returning register_link_id as link_id
