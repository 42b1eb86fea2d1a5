-- Run by resolve: decisions with their shifts. `day` is the date of orders that the answer may issue: the first open
-- day if the shift's day is in a closed period.
select
    decision.decision_id,
    decision.organization_inn as inn,
    decision.kind,
    decision.shift_id::text as shift_id,
    decision.competing_shift_id::text as competing_shift_id,
    decision.held,
    decision.proposal,
    decision.batch_id,
    shift.source,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    shift.fiscal_document_number is null as is_unclosed,
    shift.cashbox_id,
    shift.till_shift,
    shift.opened_at,
    shift.closed_at,
    shift.same_as::text as same_as,
    shift.revision,
    competing.revision as competing_revision,
    dated.order_day,
    dated.day,
    closed_period.through as closed_through,
    coalesce(register_kpp.kpp, case shift.source when 'market' then shift.kpp end, organization.kpp) as kpp,
    integration.start_date,
    (
        -- Shifts of the OFD that a till shift without a link may match: booked, with the same time and cash.
        select count(*)
        from accounting.shift as fiscal
        where
            shift.source = 'market'
            and decision.kind = 'review'
            and fiscal.organization_inn = shift.organization_inn
            and fiscal.source = 'ofd'
            and shift.opened_at + (shift.closed_at - shift.opened_at) / 2
            between coalesce(fiscal.opened_at, fiscal.closed_at - interval '24 hours') - interval '5 minutes'
            and fiscal.closed_at + interval '5 minutes'
            and fiscal.closed_at between shift.closed_at - interval '5 days' and shift.closed_at + interval '5 days'
            and (fiscal.cash_income, fiscal.cash_refund) = (shift.cash_income, shift.cash_refund)
            and fiscal.cash_income > 0
            and exists (
                select from accounting.cash_order
                where cash_order.shift_id = fiscal.shift_id and cash_order.status <> 'reversed'
            )
            and not exists (
                select from accounting.shift as other
                where other.same_as = fiscal.shift_id and other.shift_id <> shift.shift_id
            )
            and not exists (
                select from control.register_link as link
                where
                    link.organization_inn = shift.organization_inn
                    and link.cashbox_id = shift.cashbox_id
                    and link.state = 'in_force'
                    and link.days @> shift.closed_at::date
            )
    ) as booked_counterparts
from control.decision
inner join control.organization on decision.organization_inn = organization.inn
left join accounting.shift on decision.shift_id = shift.shift_id
left join accounting.shift as competing on decision.competing_shift_id = competing.shift_id
left join control.closed_period on decision.organization_inn = closed_period.organization_inn
left join control.integration_of_source as integration
    on decision.organization_inn = integration.organization_inn and shift.source = integration.source
cross join
    lateral (
        select
            (decision.held ->> 'order_date')::date as order_day,
            greatest((decision.held ->> 'order_date')::date, closed_period.through + 1) as day
    ) as dated
left join control.register_kpp
    on
        decision.organization_inn = register_kpp.organization_inn
        and shift.kkt_reg_id = register_kpp.kkt_reg_id
        and register_kpp.valid @> dated.day
where decision.decision_id = any(cast(%(decisions)s as bigint[]))
order by decision.decision_id
