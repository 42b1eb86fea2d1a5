-- Run by `smena period`: the day through which the books of an organisation are closed, and what still waits there.
select
    organization.inn as organization_inn,
    closed_period.through,
    closed_period.closed_by,
    closed_period.closed_at,
    closed_period.reason,
    (
        select count(*)
        from accounting.cash_order
        where
            cash_order.organization_inn = organization.inn
            and cash_order.date <= closed_period.through
            and cash_order.status = 'new'
    ) as documents_not_accepted,
    (
        select count(*)
        from accounting.shift
        where
            shift.organization_inn = organization.inn
            and shift.outcome in ('conflict', 'needs_review', 'closed_period', 'incomplete')
            and coalesce(shift.order_date, shift.closed_at::date) <= closed_period.through
    ) as shifts_waiting
from control.organization
left join control.closed_period on organization.inn = closed_period.organization_inn
where organization.inn = %(inn)s
