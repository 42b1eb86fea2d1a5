-- Run by publish: registers of a batch that the mandate in force does not name.
select distinct assignment.kkt_reg_id
from control.assignment
inner join control.batch on assignment.batch_id = batch.batch_id
inner join control.integration
    on batch.organization_inn = integration.organization_inn and batch.product = integration.product
where
    assignment.batch_id = %(batch_id)s
    and integration.registers <> '{}'
    and assignment.kkt_reg_id <> all(integration.registers)
order by assignment.kkt_reg_id
