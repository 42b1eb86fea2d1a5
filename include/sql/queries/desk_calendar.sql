-- Run by the desk, «Полнота»: organisations in sight × days, the state of each integration's day.
--
-- Where the last reconciliation has judged a day, its verdict counts, the worst of the registers (as in
-- `control.completeness_of_organization`, whose sums of all registers are not needed here); what waits and what came late is
-- told of a complete one. Without a verdict the day is what its coverage says.
--
-- The one place that says what a day is: `complete`, `late` (complete, with shifts that came late), `open` (not over, or not
-- due before six in the morning after it, or a shift of it waits), `missing`, `out_of_reach`, `offline`, `disabled`,
-- `ahead`.
with listed as (
    select
        organization.inn,
        organization.name,
        (now() at time zone organization.timezone)::date as today,
        ((now() at time zone organization.timezone) - interval '6 hours')::date as due_before
    from control.organization
    where
        (organization.name, organization.inn) > (%(after_name)s, %(after_inn)s)
        and (
            %(search)s = ''
            or organization.inn like %(search)s || '%%'
            or position(lower(%(search)s) in lower(organization.name)) > 0
        )
    order by organization.name, organization.inn
    limit %(most)s
),

waiting as (
    select
        shift.organization_inn,
        shift.closed_at::date as day,
        count(*) as shifts
    from accounting.shift
    inner join listed on shift.organization_inn = listed.inn
    where
        shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
        and shift.source = %(product)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    group by shift.organization_inn, shift.closed_at::date
),

late as (
    select
        shift.organization_inn,
        shift.closed_at::date as day,
        count(*) as shifts
    from accounting.shift
    inner join listed on shift.organization_inn = listed.inn
    where
        shift.late_by is not null
        and shift.source = %(product)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    group by shift.organization_inn, shift.closed_at::date
),

holes as (
    select
        gap.organization_inn,
        day.day::date as day,
        count(*) as gaps,
        bool_or(
            gap.reason not in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed')
        ) as is_missing
    from control.gap
    inner join listed on gap.organization_inn = listed.inn
    cross join
        lateral
        generate_series(
            greatest(lower(gap.days), cast(%(first_day)s as date)),
            least(upper(gap.days) - 1, cast(%(last_day)s as date)),
            interval '1 day'
        ) as day (day)
    where gap.product = %(product)s and gap.days && daterange(%(first_day)s, %(last_day)s, '[]')
    group by gap.organization_inn, day.day
)

select
    listed.inn,
    listed.name,
    day.day::date as day,
    case
        when judged.verdict = 'complete' and waiting.shifts > 0 then 'open'
        when judged.verdict = 'complete' and late.shifts > 0 then 'late'
        when judged.verdict is not null then judged.verdict
        when coalesce(integration.state, 'off') <> 'on' and covered_day.day is null then 'disabled'
        when day.day < integration.start_date and covered_day.day is null then 'disabled'
        when day.day > listed.today then 'ahead'
        when day.day = listed.today or (day.day >= listed.due_before and covered_day.day is null) then 'open'
        when holes.is_missing then 'missing'
        when covered_day.day is null and holes.gaps > 0 then 'out_of_reach'
        when covered_day.day is null then 'missing'
        when waiting.shifts > 0 then 'open'
        when late.shifts > 0 then 'late'
        else 'complete'
    end as state,
    coalesce(waiting.shifts, 0) as waiting,
    coalesce(late.shifts, 0) as late,
    coalesce(holes.gaps, 0) as gaps
from listed
left join control.integration
    on listed.inn = integration.organization_inn and integration.product = %(product)s
cross join generate_series(cast(%(first_day)s as date), cast(%(last_day)s as date), interval '1 day') as day (day)
left join control.covered_day
    on
        listed.inn = covered_day.organization_inn
        and covered_day.product = %(product)s
        and day.day::date = covered_day.day
left join lateral (
    select rank.verdict
    from (
        values ('missing', 1), ('out_of_reach', 2), ('offline', 3), ('open', 4), ('complete', 5), ('disabled', 6)
    ) as rank (verdict, place)
    where
        %(product)s = 'ofd'
        and exists (
            select from control.completeness
            where
                completeness.organization_inn = listed.inn
                and completeness.day = day.day::date
                and completeness.verdict = rank.verdict
        )
    order by rank.place
    limit 1
) as judged on true
left join waiting on listed.inn = waiting.organization_inn and day.day::date = waiting.day
left join late on listed.inn = late.organization_inn and day.day::date = late.day
left join holes on listed.inn = holes.organization_inn and day.day::date = holes.day
order by listed.name, listed.inn, day.day
