-- Run by `status`: the state of integrations.
select
    integration.organization_inn,
    organization.name,
    integration.product,
    integration.state,
    integration.start_date,
    integration.registers,
    integration.changed_by,
    integration.changed_at,
    integration.reason
from control.integration
inner join control.organization on integration.organization_inn = organization.inn
where
    integration.organization_inn = coalesce(%(inn)s, integration.organization_inn)
    and integration.product = coalesce(%(product)s, integration.product)
order by integration.organization_inn, integration.product
