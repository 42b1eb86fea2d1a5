-- Run by the desk, «Сегодня»: what waits or is wrong, by kind; none of a kind is 0.
select
    (
        select count(*) from control.decision
        where decision.state = 'open' and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
    ) as decisions,
    (
        select count(*) from accounting.shift
        where
            shift.outcome in ('incomplete', 'needs_review', 'closed_period')
            and (cast(%(inn)s as text) is null or shift.organization_inn = %(inn)s)
    ) as shifts,
    (
        select count(*) from control.quarantine
        where quarantine.state = 'open' and (cast(%(inn)s as text) is null or quarantine.organization_inn = %(inn)s)
    ) as quarantine,
    (
        select count(*) from control.difference
        where
            difference.closed_at is null
            and not difference.is_explained
            and (cast(%(inn)s as text) is null or difference.organization_inn = %(inn)s)
    ) as differences,
    (
        select count(*) from control.completeness
        where
            completeness.verdict = 'missing'
            and (cast(%(inn)s as text) is null or completeness.organization_inn = %(inn)s)
    ) as missing
