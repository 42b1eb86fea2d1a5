-- Run by reconcile: whether every register can be read on every day (`is_whole`), so that the organisation's totals can
-- be compared with the sum of its registers.
select
    register.ofd_organization_id,
    bool_and(
        readable_days.unit_id is not null
        and register.permission_from is null
        and register.permission_to is null
        and lower(readable_days.days) <= greatest(%(first_day)s, register.first_document_at::date)
    ) as is_whole
from control.register
left join control.readable_days
    on
        register.organization_inn = readable_days.organization_inn
        and register.kkt_reg_id = readable_days.unit_id
        and readable_days.source = 'ofd'
where register.organization_inn = %(inn)s
group by register.ofd_organization_id
