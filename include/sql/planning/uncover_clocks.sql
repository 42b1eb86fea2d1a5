-- Run by publish for `uncoverable_days`: registers of the batch whose list names a document of the future.
select
    register.kkt_reg_id as unit_id,
    asked.first_day,
    asked.end_day,
    newest.closed_at::date as newest_closed_day,
    register.last_document_at
from control.register
inner join (
    select
        assignment.unit_id,
        min(assignment.first_day) as first_day,
        max(assignment.last_day) + 1 as end_day
    from control.assignment
    inner join control.batch on assignment.batch_id = batch.batch_id
    inner join control.product on batch.product = product.product and product.source = 'ofd'
    where assignment.batch_id = %(batch_id)s
    group by assignment.unit_id
) as asked on register.kkt_reg_id = asked.unit_id
cross join
    lateral (
        select max(shift.closed_at) as closed_at
        from accounting.shift
        where
            shift.organization_inn = register.organization_inn
            and shift.kkt_reg_id = register.kkt_reg_id
            and shift.source = 'ofd'
    ) as newest
where register.organization_inn = %(inn)s and register.has_future_clock
