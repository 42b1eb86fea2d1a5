-- Run by publish: registers of the organisation, one row each; REGISTERS. None is wanted where the OFD was never switched on.
select
    register.kkt_reg_id,
    register.permission_from,
    register.permission_to,
    exists(
        select from control.integration
        where
            integration.organization_inn = register.organization_inn
            and integration.product = 'ofd'
            and (integration.registers = '{}' or register.kkt_reg_id = any(integration.registers))
    ) as is_wanted
from control.register
where register.organization_inn = %(inn)s
order by register.kkt_reg_id
