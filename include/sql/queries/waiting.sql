-- Run by the CLI: what of an organisation waits for a person.
select
    (
        select count(*) from control.decision
        where decision.organization_inn = %(inn)s and decision.state = 'open'
    ) as open_decisions,
    (
        select count(*) from control.gap
        where gap.organization_inn = %(inn)s and gap.product = %(product)s
    ) as gaps,
    (
        select count(*) from control.quarantine
        where
            quarantine.organization_inn = %(inn)s
            and quarantine.product = %(product)s
            and quarantine.state = 'open'
    ) as quarantined,
    (
        select count(*) from accounting.shift
        where shift.organization_inn = %(inn)s and shift.outcome in ('incomplete', 'needs_review', 'closed_period')
    ) as shifts_waiting
