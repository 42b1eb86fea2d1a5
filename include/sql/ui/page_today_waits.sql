-- Run by the page «Сегодня»: counts of waiting items and faults, by kind; 0 if there are none.
--
-- The function is not in a subquery, so that the planner knows how few organisations these are.
select
    (
        select count(*) from control.decision
        where
            state = 'open'
            and organization_inn = any(control.organizations_in_sight())
            and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    ) as decisions,
    (
        select count(*) from accounting.shift
        where
            outcome in ('incomplete', 'needs_review', 'closed_period')
            and organization_inn = any(control.organizations_in_sight())
            and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    ) as shifts,
    (
        select count(*) from control.quarantine
        where
            state = 'open'
            and organization_inn = any(control.organizations_in_sight())
            and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    ) as quarantine,
    (
        select count(*) from control.difference
        where
            closed_at is null
            and not is_explained
            and organization_inn = any(control.organizations_in_sight())
            and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    ) as differences,
    (
        select count(*) from control.completeness
        where
            verdict = 'missing'
            and organization_inn = any(control.organizations_in_sight())
            and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
    ) as missing
