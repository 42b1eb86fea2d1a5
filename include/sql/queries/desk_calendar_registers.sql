-- Run by the desk, «Полнота» of one organisation: registers (shops, of Kontur.Market) × days, the state of each day.
--
-- The states are those of `desk_calendar`: the verdict of the last reconciliation where there is one, else the coverage.
with listed as (
    select
        place.kkt_reg_id,
        place.name
    from (
        select
            register.kkt_reg_id,
            register.name
        from control.register
        where register.organization_inn = %(inn)s and %(product)s = 'ofd'
        union all
        select
            shop.shop_id,
            shop.name
        from control.shop
        where shop.organization_inn = %(inn)s and %(product)s = 'market'
    ) as place
    where place.kkt_reg_id > %(after)s and (%(search)s = '' or place.kkt_reg_id like %(search)s || '%%')
    order by place.kkt_reg_id
    limit %(most)s
),

covered as (
    select
        coverage.kkt_reg_id,
        range_agg(coverage.days) as days
    from control.coverage
    inner join listed on coverage.kkt_reg_id = listed.kkt_reg_id
    where coverage.organization_inn = %(inn)s and coverage.product = %(product)s
    group by coverage.kkt_reg_id
),

told as (
    select
        coalesce(case when %(product)s = 'ofd' then shift.kkt_reg_id end, shift.shop_id) as kkt_reg_id,
        shift.closed_at::date as day,
        count(*) filter (
            where shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
        ) as waiting,
        count(*) filter (where shift.late_by is not null) as late
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = %(product)s
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < cast(%(last_day)s as date) + 1
        and (
            shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period') or shift.late_by is not null
        )
    group by
        coalesce(case when %(product)s = 'ofd' then shift.kkt_reg_id end, shift.shop_id), shift.closed_at::date
),

holes as (
    select
        gap.kkt_reg_id,
        range_agg(gap.days) as days,
        range_agg(gap.days) filter (
            where gap.reason not in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed')
        ) as missing
    from control.gap
    where gap.organization_inn = %(inn)s and gap.product = %(product)s
    group by gap.kkt_reg_id
)

select
    listed.kkt_reg_id,
    listed.name,
    day.day::date as day,
    case
        when completeness.verdict = 'complete' and told.waiting > 0 then 'open'
        when completeness.verdict = 'complete' and told.late > 0 then 'late'
        when completeness.verdict is not null then completeness.verdict
        when covered.days @> day.day::date is not true and integration.state = 'off' then 'disabled'
        when covered.days @> day.day::date is not true and day.day < integration.start_date then 'disabled'
        when day.day > cast(%(today)s as date) then 'ahead'
        when
            day.day = cast(%(today)s as date)
            or (day.day >= cast(%(due_before)s as date) and covered.days @> day.day::date is not true)
            then 'open'
        when holes.missing @> day.day::date then 'missing'
        when covered.days @> day.day::date is not true and holes.days @> day.day::date then 'out_of_reach'
        when covered.days @> day.day::date is not true and reach.days is null then 'disabled'
        when covered.days @> day.day::date is not true and not reach.days @> day.day::date then 'out_of_reach'
        when covered.days @> day.day::date is not true then 'missing'
        when told.waiting > 0 then 'open'
        when told.late > 0 then 'late'
        else 'complete'
    end as state,
    coalesce(told.waiting, 0) as waiting,
    coalesce(told.late, 0) as late
from listed
inner join control.integration
    on integration.organization_inn = %(inn)s and integration.product = %(product)s
cross join generate_series(cast(%(first_day)s as date), cast(%(last_day)s as date), interval '1 day') as day (day)
left join control.reach
    on
        reach.organization_inn = %(inn)s
        and reach.product = %(product)s
        and listed.kkt_reg_id = reach.kkt_reg_id
left join control.completeness
    on
        completeness.organization_inn = %(inn)s
        and %(product)s = 'ofd'
        and listed.kkt_reg_id = completeness.kkt_reg_id
        and day.day::date = completeness.day
left join covered on listed.kkt_reg_id = covered.kkt_reg_id
left join holes on listed.kkt_reg_id = holes.kkt_reg_id
left join told on listed.kkt_reg_id = told.kkt_reg_id and day.day::date = told.day
order by listed.kkt_reg_id, day.day
