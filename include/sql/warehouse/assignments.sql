-- Run by extract: assignments that a shard still has to fetch, with their progress; for a register, where and when it
-- may be read.
select
    assignment.unit_id,
    coalesce(register.ofd_organization_id, '') as ofd_organization_id,
    assignment.first_day,
    assignment.last_day,
    assignment.reason,
    assignment.ask_through,
    assignment.state,
    assignment.fetch_id,
    register.permission_from,
    register.permission_to
from control.assignment
inner join control.batch on assignment.batch_id = batch.batch_id
inner join control.product on batch.product = product.product
left join control.register
    on
        product.source = 'ofd'
        and batch.organization_inn = register.organization_inn
        and assignment.unit_id = register.kkt_reg_id
where
    assignment.batch_id = %(batch_id)s
    and assignment.shard = %(shard)s
    and assignment.reason <> 'silent'
    and assignment.state = any(%(states)s)
order by assignment.unit_id, assignment.first_day
