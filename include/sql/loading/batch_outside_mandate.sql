-- Run by publish: registers of a batch that the mandate in force does not name.
select distinct assignment.unit_id
from control.assignment
inner join control.batch on assignment.batch_id = batch.batch_id
inner join control.product on batch.product = product.product and product.source = 'ofd'
inner join control.integration
    on batch.organization_inn = integration.organization_inn and batch.product = integration.product
where
    assignment.batch_id = %(batch_id)s
    and integration.registers <> '{}'
    and assignment.unit_id <> all(integration.registers)
order by assignment.unit_id
