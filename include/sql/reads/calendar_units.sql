-- Run by the read model of completeness: registers (for Kontur.Market, shops) of an organisation × days, the state of
-- each day; one more row for gaps without a register's number: an organisation of the operator that cannot be
-- listed, a list entry without a register.
with listed as (
    select
        place.unit_id,
        max(place.name) as name,
        bool_or(place.is_known) as is_known
    from (
        select
            register.kkt_reg_id as unit_id,
            register.name,
            true as is_known
        from control.register
        where register.organization_inn = %(inn)s and %(source)s = 'ofd'
        union all
        select
            shop.shop_id,
            shop.name,
            true
        from control.shop
        where shop.organization_inn = %(inn)s and %(source)s = 'market'
        union all
        select
            gap.unit_id,
            null,
            false
        from control.gap
        where
            gap.organization_inn = %(inn)s
            and gap.product = %(product)s
            and gap.days && daterange(cast(%(first_day)s as date), cast(%(last_day)s as date), '[]')
    ) as place
    where
        (place.unit_id > %(after)s or %(after)s = '')
        and (%(search)s = '' or place.unit_id like %(search)s || '%%')
    group by place.unit_id
    order by place.unit_id
    limit %(most)s
),

covered as (
    select
        coverage.unit_id,
        range_agg(coverage.days) as days
    from control.coverage
    inner join listed on coverage.unit_id = listed.unit_id
    where coverage.organization_inn = %(inn)s and coverage.product = %(product)s
    group by coverage.unit_id
),

remark as (
    select
        unit_id,
        moment::date as day,
        count(*) filter (where is_waiting) as waiting,
        bool_or(is_asked) as is_asked,
        count(*) filter (where is_late) as late
    from control.day_remark
    where
        organization_inn = %(inn)s
        and source = %(source)s
        and moment >= %(first_day)s
        and moment < cast(%(last_day)s as date) + 1
    group by unit_id, moment::date
),

hole as (
    select
        hole.unit_id,
        day.day,
        min(hole.state) as state
    from control.hole
    inner join listed on hole.unit_id = listed.unit_id
    cross join lateral control.each_day(hole.days, %(first_day)s, %(last_day)s) as day (day)
    where
        hole.organization_inn = %(inn)s
        and hole.product = %(product)s
        and hole.days && daterange(cast(%(first_day)s as date), cast(%(last_day)s as date), '[]')
    group by hole.unit_id, day.day
),

based as (
    select
        listed.unit_id,
        listed.name,
        listed.is_known,
        day.day::date as day,
        completeness.verdict::control.day_state as verdict,
        control.coverage_of_day(
            day.day::date,
            %(today)s,
            %(due_before)s,
            integration.state = 'on',
            integration.start_date,
            coalesce(covered.days @> day.day::date, false),
            case
                -- A unit that is not listed has only its gaps.
                when not listed.is_known then 'disabled'
                when hole.state is not null then hole.state
                when readable_days.days is null then 'disabled'
                when not readable_days.days @> day.day::date then 'out_of_reach'
                else 'missing'
            end
        ) as coverage,
        hole.state as hole,
        coalesce(readable_days.days @> day.day::date, false) and not coalesce(covered.days @> day.day::date, false)
            as is_uncovered,
        coalesce(remark.waiting, 0) as waiting,
        coalesce(remark.is_asked, false) as is_asked,
        coalesce(remark.late, 0) as late
    from listed
    inner join control.integration
        on integration.organization_inn = %(inn)s and integration.product = %(product)s
    cross join generate_series(cast(%(first_day)s as date), cast(%(last_day)s as date), interval '1 day') as day (day)
    left join control.readable_days
        on
            readable_days.organization_inn = %(inn)s
            and readable_days.product = %(product)s
            and listed.unit_id = readable_days.unit_id
    left join control.completeness
        on
            completeness.organization_inn = %(inn)s
            and %(source)s = 'ofd'
            and listed.unit_id = completeness.kkt_reg_id
            and day.day::date = completeness.day
    left join covered on listed.unit_id = covered.unit_id
    left join remark on listed.unit_id = remark.unit_id and day.day::date = remark.day
    left join hole on listed.unit_id = hole.unit_id and day.day::date = hole.day
)

select
    unit_id,
    name,
    day,
    control.state_of_day(
        coalesce(verdict, coverage), hole, is_asked, waiting > 0 or is_uncovered, late > 0, is_known
    )::text as state,
    waiting,
    late
from based
order by unit_id, day
