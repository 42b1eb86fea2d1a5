-- Run by `smena integration status`: where integrations stand, with what is covered and what waits.
select
    integration.organization_inn,
    organization.name,
    integration.product,
    integration.state,
    integration.start_date,
    integration.registers,
    integration.changed_by,
    integration.changed_at,
    integration.reason,
    (
        select max(covered_day.day)
        from control.covered_day
        where
            covered_day.organization_inn = integration.organization_inn
            and covered_day.product = integration.product
    ) as newest_covered_day,
    (
        select count(*)
        from control.covered_day
        where
            covered_day.organization_inn = integration.organization_inn
            and covered_day.product = integration.product
            and covered_day.day >= integration.start_date
    ) as covered_days,
    (
        select count(*)
        from control.gap
        where gap.organization_inn = integration.organization_inn and gap.product = integration.product
    ) as gaps,
    (
        select count(*)
        from control.quarantine
        where
            quarantine.organization_inn = integration.organization_inn
            and quarantine.product = integration.product
            and quarantine.state = 'open'
    ) as quarantined,
    (
        select count(*)
        from control.decision
        where decision.organization_inn = integration.organization_inn and decision.state = 'open'
    ) as open_decisions
from control.integration
inner join control.organization on integration.organization_inn = organization.inn
where
    integration.organization_inn = coalesce(%(inn)s, integration.organization_inn)
    and integration.product = coalesce(%(product)s, integration.product)
order by integration.organization_inn, integration.product
