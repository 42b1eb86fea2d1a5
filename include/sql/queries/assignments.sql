-- Run by extract: what a shard still has to fetch, and how far each got.
select
    assignment.unit_id,
    register.ofd_organization_id,
    assignment.first_day,
    assignment.last_day,
    assignment.reason,
    assignment.ask_through,
    assignment.state,
    assignment.fetch_id,
    register.permission_from,
    register.permission_to
from control.assignment
inner join control.batch on assignment.batch_id = batch.batch_id and batch.product = 'ofd'
inner join control.register
    on
        batch.organization_inn = register.organization_inn
        and assignment.unit_id = register.kkt_reg_id
where
    assignment.batch_id = %(batch_id)s
    and assignment.shard = %(shard)s
    and assignment.reason <> 'silent'
    and assignment.state = any(%(states)s)
order by assignment.unit_id, assignment.first_day
