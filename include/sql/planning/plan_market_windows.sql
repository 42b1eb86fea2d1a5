-- Run by the planner of Kontur.Market: wanted minus covered days and the look-back, in windows of bounded length, by
-- shop.
--
-- Market does not report a shop's last sale, so the days of the look-back are always requested: cheques may come late.
-- Reports and waybills of a closed period are not filed: once it is opened, its days are missing until they are read
-- again. A backfill requests only missing days, from its first day on, without those that its unfinished batches
-- already request.
with reopened as (
    select
        shop.shop_id,
        range_agg(
            datemultirange(daterange(opening.through_after + 1, opening.through_before, '[]'))
            - coalesce(read_since.days, '{}'::datemultirange)
        ) as days
    from control.shop
    inner join control.closed_period_history as opening
        on shop.organization_inn = opening.organization_inn and opening.action = 'open'
    left join lateral (
        select range_agg(daterange(assignment.first_day, assignment.last_day, '[]')) as days
        from control.batch
        inner join control.assignment on batch.batch_id = assignment.batch_id
        where
            batch.organization_inn = shop.organization_inn
            and batch.product = %(product)s
            and batch.state = 'published'
            and batch.planned_at > opening.changed_at
            and assignment.unit_id = shop.shop_id
            and assignment.state = 'read'
    ) as read_since on true
    where shop.organization_inn = %(inn)s
    group by shop.shop_id
),

unfinished as (
    select
        shift.shop_id,
        range_agg(daterange(shift.order_date, shift.order_date, '[]')) as days
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'market'
        and shift.outcome = 'incomplete'
    group by shift.shop_id
),

waived as (
    select
        coalesce(unfinished.shop_id, reopened.shop_id) as shop_id,
        coalesce(unfinished.days, '{}'::datemultirange) + coalesce(reopened.days, '{}'::datemultirange) as days
    from unfinished
    full outer join reopened on unfinished.shop_id = reopened.shop_id
),

under_way as (
    select
        unit_id,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from control.assignment
    where batch_id = any(%(taken_up)s::bigint[])
    group by unit_id
),

wanted as (
    select
        readable_days.unit_id,
        datemultirange(readable_days.days * daterange(%(first_day)s, %(horizon)s, '[]')) as days,
        coalesce(under_way.days, '{}'::datemultirange) as under_way,
        coalesce(covered.days, '{}'::datemultirange) - coalesce(waived.days, '{}'::datemultirange) as covered
    from control.readable_days
    inner join control.shop
        on readable_days.organization_inn = shop.organization_inn and readable_days.unit_id = shop.shop_id
    left join control.covered
        on
            readable_days.organization_inn = covered.organization_inn
            and readable_days.product = covered.product
            and readable_days.unit_id = covered.unit_id
    left join waived on readable_days.unit_id = waived.shop_id
    left join under_way on readable_days.unit_id = under_way.unit_id
    where
        readable_days.organization_inn = %(inn)s
        and readable_days.product = %(product)s
        and shop.seen_at >= %(seen_at)s
),

asked as (
    select
        unit_id,
        days - covered - under_way as missing,
        unnest(
            (days - covered - under_way)
            + case
                when %(looks_back)s
                    then days * datemultirange(daterange(%(today)s - %(look_back_days)s, null))
                else '{}'::datemultirange
            end
        ) as days
    from wanted
)

select
    asked.unit_id,
    piece.first_day::date as first_day,
    least(piece.first_day::date + %(window_days)s - 1, upper(asked.days) - 1) as last_day,
    case
        when asked.missing && daterange(piece.first_day::date, piece.first_day::date + %(window_days)s) then 'missing'
        else 'look_back'
    end as reason,
    null::timestamp as last_document_at,
    true as moves_mark
from asked
cross join
    lateral generate_series(
        lower(asked.days)::timestamp,
        upper(asked.days)::timestamp - interval '1 day',
        %(window_days)s * interval '1 day'
    ) as piece (first_day)
order by asked.unit_id, piece.first_day
