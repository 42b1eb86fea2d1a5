-- Run by `smena migrate`, revision 0024.
create or replace view control.reach with (security_invoker = true) as
select
    register.organization_inn,
    integration.product,
    register.kkt_reg_id,
    control.days_between(
        greatest(integration.start_date, register.permission_from, register.first_document_at::date),
        register.permission_to
    ) as days
from control.register
inner join control.integration on register.organization_inn = integration.organization_inn
where
    integration.product = 'ofd'
    and integration.state = 'on'
    and (integration.registers = '{}' or register.kkt_reg_id = any(integration.registers))
union all
select
    shop.organization_inn,
    integration.product,
    shop.shop_id,
    daterange(integration.start_date, null)
from control.shop
inner join control.integration on shop.organization_inn = integration.organization_inn
where integration.product = 'market' and integration.state = 'on';
