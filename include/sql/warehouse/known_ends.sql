-- Run by extract: by assignment, the last stored z-report before its days.
select
    assignment.unit_id,
    assignment.first_day,
    before.fiscal_drive_number,
    before.shift_number,
    before.fiscal_document_number
from control.assignment
inner join control.batch on assignment.batch_id = batch.batch_id
inner join control.product on batch.product = product.product and product.source = 'ofd'
cross join
    lateral (
        select
            shift.fiscal_drive_number,
            shift.shift_number,
            shift.fiscal_document_number
        from accounting.shift
        where
            shift.organization_inn = batch.organization_inn
            and shift.kkt_reg_id = assignment.unit_id
            and shift.closed_at < assignment.first_day
            and shift.fiscal_document_number is not null
        order by shift.closed_at desc
        limit 1
    ) as before
where assignment.batch_id = %(batch_id)s and assignment.shard = %(shard)s
