-- Run by the desk, «Полнота» of one organisation: registers (shops, of Kontur.Market) × days, the state of each day; and
-- what is known of no register by its number: a part that cannot be listed, an entry of the list that names none.
--
-- The states are those of `desk_calendar`, and come about alike.
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

shift_of_day as (
    select
        shift.shift_id,
        shift.outcome,
        shift.late_by,
        shift.closed_at::date as day,
        coalesce(case when %(source)s = 'ofd' then shift.kkt_reg_id end, shift.shop_id) as unit_id,
        exists (
            select from control.decision
            where decision.rival_id = shift.shift_id and decision.state = 'open'
        )
        or exists (
            select from control.decision
            where decision.shift_id = shift.shift_id and decision.state = 'open'
        ) as is_decided_about
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = %(source)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
),

told as (
    select
        unit_id,
        day,
        count(*) filter (where is_waiting) as waiting,
        count(*) filter (where is_asked) as asked,
        count(*) filter (where is_late) as late
    from (
        select
            unit_id,
            day,
            is_decided_about or outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period') as is_waiting,
            is_decided_about or outcome in ('conflict', 'needs_review', 'closed_period') as is_asked,
            late_by is not null as is_late
        from shift_of_day
        union all
        select
            document.shop_id,
            document.date,
            true,
            true,
            false
        from control.decision
        inner join accounting.market_document as document on decision.document_id = document.document_id
        where
            decision.state = 'open'
            and %(source)s = 'market'
            and document.organization_inn = %(inn)s
            and document.date between %(first_day)s and %(last_day)s
    ) as one
    group by unit_id, day
),

holes as (
    select
        gap.unit_id,
        range_agg(gap.days) filter (where gap.reason = 'open_shift') as open,
        range_agg(gap.days) filter (
            where gap.reason in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused')
        ) as out_of_reach,
        range_agg(gap.days) filter (
            where
            gap.reason not in (
                'no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused', 'open_shift'
            )
        ) as missing
    from control.gap
    where gap.organization_inn = %(inn)s and gap.product = %(product)s
    group by gap.unit_id
),

based as (
    select
        listed.unit_id,
        listed.name,
        day.day::date as day,
        array_position(
            array['missing', 'out_of_reach', 'waits', 'offline', 'open', 'late', 'complete', 'disabled', 'ahead'],
            completeness.verdict
        ) as verdict,
        case
            when holes.missing @> day.day::date then 1
            when holes.out_of_reach @> day.day::date then 2
            when holes.open @> day.day::date then 5
        end as hole,
        coalesce(told.waiting, 0) as waiting,
        coalesce(told.asked, 0) as asked,
        coalesce(told.late, 0) as late,
        coalesce(reach.days @> day.day::date and covered.days @> day.day::date is not true, false) as is_uncovered,
        case
            when covered.days @> day.day::date is not true and integration.state = 'off' then 8
            when covered.days @> day.day::date is not true and day.day < integration.start_date then 8
            when day.day > cast(%(today)s as date) then 9
            when
                day.day = cast(%(today)s as date)
                or (day.day >= cast(%(due_before)s as date) and covered.days @> day.day::date is not true)
                then 0
            -- Of no register: nothing but its gaps is known.
            when not listed.is_known then 8
            when covered.days @> day.day::date then 7
            when holes.missing @> day.day::date then 1
            when holes.out_of_reach @> day.day::date then 2
            when holes.open @> day.day::date then 5
            when reach.days is null then 8
            when not reach.days @> day.day::date then 2
            else 1
        end as covered,
        listed.is_known
    from listed
    inner join control.integration
        on integration.organization_inn = %(inn)s and integration.product = %(product)s
    cross join generate_series(cast(%(first_day)s as date), cast(%(last_day)s as date), interval '1 day') as day (day)
    left join control.reach
        on
            reach.organization_inn = %(inn)s
            and reach.product = %(product)s
            and listed.unit_id = reach.unit_id
    left join control.completeness
        on
            completeness.organization_inn = %(inn)s
            and %(source)s = 'ofd'
            and listed.unit_id = completeness.kkt_reg_id
            and day.day::date = completeness.day
    left join covered on listed.unit_id = covered.unit_id
    left join holes on listed.unit_id = holes.unit_id
    left join told on listed.unit_id = told.unit_id and day.day::date = told.day
)

select
    unit_id,
    name,
    day,
    case
        when verdict is null and covered = 0 then 'open'
        else
            (
                array['missing', 'out_of_reach', 'waits', 'offline', 'open', 'late', 'complete', 'disabled', 'ahead']
            )[
                least(
                    coalesce(verdict, covered),
                    case when asked > 0 then 3 end,
                    case
                        when coalesce(verdict, covered) < 8 or not is_known
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
    late
from based
order by unit_id, day
