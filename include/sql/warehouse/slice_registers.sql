-- Run by publish: registers of the organisation, one row each; REGISTERS. No row is wanted if the OFD was never
-- switched on.
select
    register.kkt_reg_id,
    register.permission_from,
    register.permission_to,
    exists(
        select from control.operator
        where
            operator.organization_inn = register.organization_inn
            and (operator.registers = '{}' or register.kkt_reg_id = any(operator.registers))
    ) as is_wanted
from control.register
where register.organization_inn = %(inn)s
order by register.kkt_reg_id
