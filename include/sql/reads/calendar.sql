-- Run by the read model of completeness: organisations in sight × days, the state of each integration on the day.
--
-- The base is the worst verdict of the last reconciliation about the organisation's registers (as in
-- `control.completeness_of_organization`, whose sums over all registers are not needed here), else the coverage.
with listed as (
    select
        organization.inn,
        organization.name,
        (now() at time zone organization.timezone)::date as today,
        ((now() at time zone organization.timezone) - interval '6 hours')::date as due_before
    from control.organizations_page(%(search)s, %(after_name)s, %(after_inn)s, %(most)s) as organization
),

remark as (
    select
        listed.inn,
        counted.*
    from listed
    cross join
        lateral (
            select
                day_remark.moment::date as day,
                count(*) filter (where day_remark.is_waiting) as waiting,
                bool_or(day_remark.is_asked) as is_asked,
                count(*) filter (where day_remark.is_late) as late
            from control.day_remark
            where
                day_remark.organization_inn = listed.inn
                and day_remark.source = %(source)s
                and day_remark.moment >= %(first_day)s
                and day_remark.moment < cast(%(last_day)s as date) + 1
            group by day_remark.moment::date
        ) as counted
),

hole as (
    select
        hole.organization_inn as inn,
        day.day,
        min(hole.state) as state
    from control.hole
    inner join listed on hole.organization_inn = listed.inn
    cross join lateral control.each_day(hole.days, %(first_day)s, %(last_day)s) as day (day)
    where hole.product = %(product)s and hole.days && daterange(%(first_day)s, %(last_day)s, '[]')
    group by hole.organization_inn, day.day
),

uncovered as (
    select
        listed.inn,
        range_agg(unit.days) as days
    from listed
    cross join
        lateral control.uncovered(listed.inn, %(product)s, daterange(%(first_day)s, %(last_day)s, '[]')) as unit
    group by listed.inn
),

based as (
    select
        listed.inn,
        listed.name,
        day.day::date as day,
        evaluated.verdict,
        control.coverage_of_day(
            day.day::date,
            listed.today,
            listed.due_before,
            coalesce(integration.state = 'on', false),
            integration.start_date,
            covered_day.day is not null,
            coalesce(hole.state, 'missing')
        ) as coverage,
        hole.state as hole,
        coalesce(uncovered.days @> day.day::date, false) as is_uncovered,
        coalesce(remark.waiting, 0) as waiting,
        coalesce(remark.is_asked, false) as is_asked,
        coalesce(remark.late, 0) as late
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
        select possible.verdict
        from
            unnest(
                '{missing, out_of_reach, offline, open, complete, disabled}'::control.day_state[]
            ) as possible (verdict)
        where
            %(source)s = 'ofd'
            and exists (
                select from control.completeness
                where
                    completeness.organization_inn = listed.inn
                    and completeness.day = day.day::date
                    and completeness.verdict = possible.verdict::text
                -- One look-up for each verdict: as a join it reads the verdicts of all registers.
                offset 0
            )
        order by possible.verdict
        limit 1
    ) as evaluated on true
    left join remark on listed.inn = remark.inn and day.day::date = remark.day
    left join hole on listed.inn = hole.inn and day.day::date = hole.day
    left join uncovered on listed.inn = uncovered.inn
)

select
    inn,
    name,
    day,
    control.state_of_day(
        coalesce(verdict, case when coverage = 'complete' and is_uncovered then 'missing' else coverage end),
        hole,
        is_asked,
        waiting > 0 or is_uncovered,
        late > 0,
        true
    )::text as state,
    waiting,
    late
from based
order by name, inn, day
