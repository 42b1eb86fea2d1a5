-- Run by publish: how far each register was read, where nothing of what was asked of it failed.
update control.register
set read_through = greatest(register.read_through, reached.read_through)
from (
    select
        kkt_reg_id,
        max(read_through) as read_through
    from control.assignment
    where batch_id = %(batch_id)s
    group by kkt_reg_id
    having bool_and(state = 'read') and max(read_through) is not null
) as reached
where register.organization_inn = %(inn)s and register.kkt_reg_id = reached.kkt_reg_id
