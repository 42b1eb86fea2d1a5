-- Run by the desk, «Полнота»: organisations in sight × days, the state of each integration's day.
--
-- The worst counts of: the verdicts of the last reconciliation about its registers (as in
-- `control.completeness_of_organization`, whose sums of all registers are not needed here), else the coverage; gaps, which
-- may be newer than a verdict; days that were opened again; shifts and documents that wait for a person. `complete` is
-- only what none of them contradicts. Without a verdict about every register the coverage counts too.
--
-- The one place that says what a day is: `complete`, `late` (complete, with shifts that came late), `open` (not over, not
-- due before six in the morning after it, asked for again, or a shift of it is incomplete), `waits` (for a person),
-- `missing`, `out_of_reach`, `offline`, `disabled`, `ahead`.
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

-- Shifts that wait, the other side of a decision too, and documents of Market that a decision is about.
waiting_one as (
    select
        shift.organization_inn,
        shift.closed_at::date as day,
        shift.shift_id as waiting_id,
        shift.outcome <> 'incomplete' as is_asked
    from accounting.shift
    inner join listed on shift.organization_inn = listed.inn
    where
        shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
        and shift.source = %(source)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    union
    select
        shift.organization_inn,
        shift.closed_at::date,
        shift.shift_id,
        true
    from control.decision
    inner join listed on decision.organization_inn = listed.inn
    inner join accounting.shift on shift.shift_id in (decision.shift_id, decision.rival_id)
    where
        decision.state = 'open'
        and shift.source = %(source)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    union
    select
        document.organization_inn,
        document.date,
        document.document_id,
        true
    from control.decision
    inner join listed on decision.organization_inn = listed.inn
    inner join accounting.market_document as document on decision.document_id = document.document_id
    where
        decision.state = 'open'
        and %(source)s = 'market'
        and document.date between %(first_day)s and %(last_day)s
),

waiting as (
    select
        organization_inn,
        day,
        count(distinct waiting_id) as shifts,
        count(*) filter (where is_asked) as asked
    from waiting_one
    group by organization_inn, day
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
        and shift.source = %(source)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
    group by shift.organization_inn, shift.closed_at::date
),

holes as (
    select
        gap.organization_inn,
        day.day::date as day,
        count(*) as gaps,
        min(
            case
                when gap.reason = 'open_shift' then 5
                when gap.reason in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused')
                    then 2
                else 1
            end
        ) as place
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
),

-- Days on which a register within reach is not covered: also one that was listed after its organisation's day was covered.
uncovered as (
    select
        reach.organization_inn,
        range_agg(
            datemultirange(reach.days * daterange(%(first_day)s, %(last_day)s, '[]'))
            - coalesce(covered.days, '{}'::datemultirange)
        ) as days
    from control.reach
    inner join listed on reach.organization_inn = listed.inn
    left join lateral (
        select range_agg(coverage.days) as days
        from control.coverage
        where
            coverage.organization_inn = reach.organization_inn
            and coverage.product = reach.product
            and coverage.unit_id = reach.unit_id
            and coverage.days && daterange(%(first_day)s, %(last_day)s, '[]')
    ) as covered on true
    where reach.product = %(product)s
    group by reach.organization_inn
),

based as (
    select
        listed.inn,
        listed.name,
        day.day::date as day,
        judged.place as verdict,
        coalesce(uncovered.days @> day.day::date, false) as is_uncovered,
        coalesce(waiting.shifts, 0) as waiting,
        coalesce(waiting.asked, 0) as asked,
        coalesce(late.shifts, 0) as late,
        coalesce(holes.gaps, 0) as gaps,
        holes.place as hole,
        case
            when coalesce(integration.state, 'off') <> 'on' and covered_day.day is null then 8
            when day.day < integration.start_date and covered_day.day is null then 8
            when day.day > listed.today then 9
            when day.day = listed.today or (day.day >= listed.due_before and covered_day.day is null) then 0
            when covered_day.day is null then coalesce(holes.place, 1)
            when uncovered.days @> day.day::date then 1
            else 7
        end as covered
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
        select rank.place
        from (
            values ('missing', 1), ('out_of_reach', 2), ('offline', 4), ('open', 5), ('complete', 7), ('disabled', 8)
        ) as rank (verdict, place)
        where
            %(source)s = 'ofd'
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
    left join uncovered on listed.inn = uncovered.organization_inn
)

select
    inn,
    name,
    day,
    case
        -- Today, or not due yet.
        when verdict is null and covered = 0 then 'open'
        else
            (
                array['missing', 'out_of_reach', 'waits', 'offline', 'open', 'late', 'complete', 'disabled', 'ahead']
            )[
                least(
                    coalesce(verdict, covered),
                    case when asked > 0 then 3 end,
                    case
                        when coalesce(verdict, covered) < 8
                            then
                                least(
                                    hole,
                                    case when waiting > 0 or is_uncovered then 5 end,
                                    case when late > 0 then 6 end
                                )
                    end
                )
            ]
    end as state,
    waiting,
    late,
    gaps
from based
order by name, inn, day
