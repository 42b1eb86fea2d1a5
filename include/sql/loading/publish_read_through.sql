-- Run by publish: set the moment up to which every document of a register was requested, if each of its windows was
-- read. It never goes back.
update control.register
set read_through = greatest(register.read_through, reached.read_through)
from (
    select
        assignment.unit_id,
        max(assignment.read_through) as read_through
    from control.assignment
    inner join control.batch on assignment.batch_id = batch.batch_id
    inner join control.product on batch.product = product.product and product.source = 'ofd'
    where assignment.batch_id = %(batch_id)s
    group by assignment.unit_id
    having bool_and(assignment.state = 'read') and max(assignment.read_through) is not null
) as reached
where register.organization_inn = %(inn)s and register.kkt_reg_id = reached.unit_id
