-- Run by `smena migrate`, revision 0007, and on the way back from 0010.
create or replace view control.reach as
select
    register.organization_inn,
    integration.product,
    register.kkt_reg_id,
    case
        when
            greatest(
                integration.start_date, register.permission_from, register.first_document_at::date
            ) <= coalesce(register.permission_to, 'infinity'::date)
            then
                daterange(
                    greatest(integration.start_date, register.permission_from, register.first_document_at::date),
                    register.permission_to,
                    '[]'
                )
        else 'empty'::daterange
    end as days
from control.register
inner join control.integration on register.organization_inn = integration.organization_inn
where
    integration.product = 'ofd'
    and integration.state = 'on'
    and (integration.registers = '{}' or register.kkt_reg_id = any(integration.registers));
