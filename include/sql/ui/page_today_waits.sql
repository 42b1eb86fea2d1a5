-- Run by the page «Сегодня»: counts of waiting items and faults, by kind; 0 if there are none.
--
-- For a user who does not see everything it filters by the user's organisations, as page_counts does.
select
    (
        select count(*) from (
            select 1 from control.decision
            where
                decision.state = 'open'
                and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
                and (select control.sees_all())
            union all
            select 1 from control.decision
            where
                decision.state = 'open'
                and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
                and not (select control.sees_all())
                and decision.organization_inn = any(control.own_organizations())
        ) as waiting
    ) as decisions,
    (
        select count(*) from (
            select 1 from accounting.shift
            where
                shift.outcome in ('incomplete', 'needs_review', 'closed_period')
                and (cast(%(inn)s as text) is null or shift.organization_inn = %(inn)s)
                and (select control.sees_all())
            union all
            select 1 from accounting.shift
            where
                shift.outcome in ('incomplete', 'needs_review', 'closed_period')
                and (cast(%(inn)s as text) is null or shift.organization_inn = %(inn)s)
                and not (select control.sees_all())
                and shift.organization_inn = any(control.own_organizations())
        ) as waiting
    ) as shifts,
    (
        select count(*) from (
            select 1 from control.quarantine
            where
                quarantine.state = 'open'
                and (cast(%(inn)s as text) is null or quarantine.organization_inn = %(inn)s)
                and (select control.sees_all())
            union all
            select 1 from control.quarantine
            where
                quarantine.state = 'open'
                and (cast(%(inn)s as text) is null or quarantine.organization_inn = %(inn)s)
                and not (select control.sees_all())
                and quarantine.organization_inn = any(control.own_organizations())
        ) as waiting
    ) as quarantine,
    (
        select count(*) from (
            select 1 from control.difference
            where
                difference.closed_at is null
                and not difference.is_explained
                and (cast(%(inn)s as text) is null or difference.organization_inn = %(inn)s)
                and (select control.sees_all())
            union all
            select 1 from control.difference
            where
                difference.closed_at is null
                and not difference.is_explained
                and (cast(%(inn)s as text) is null or difference.organization_inn = %(inn)s)
                and not (select control.sees_all())
                and difference.organization_inn = any(control.own_organizations())
        ) as waiting
    ) as differences,
    (
        select count(*) from (
            select 1 from control.completeness
            where
                completeness.verdict = 'missing'
                and (cast(%(inn)s as text) is null or completeness.organization_inn = %(inn)s)
                and (select control.sees_all())
            union all
            select 1 from control.completeness
            where
                completeness.verdict = 'missing'
                and (cast(%(inn)s as text) is null or completeness.organization_inn = %(inn)s)
                and not (select control.sees_all())
                and completeness.organization_inn = any(control.own_organizations())
        ) as waiting
    ) as missing
