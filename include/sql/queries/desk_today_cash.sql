-- Run by the desk, «Сегодня»: net cash of the shifts that were closed yesterday and since the month of that day began: of each
-- organisation, of each point of sale, of each day, and in total (`level`). Yesterday is that of the organisation. Organisations
-- and points are cut at `most`, of `of_level`: those with unknown sums come first, then those with the most.
with organization_day as (
    select
        organization.inn,
        organization.name,
        local.today,
        date_trunc('month', local.today - 1)::date as first_day
    from control.organization
    cross join
        lateral (
            select (cast(%(now)s as timestamptz) at time zone organization.timezone)::date as today
        ) as local
    where cast(%(inn)s as text) is null or organization.inn = %(inn)s
),

summed as (
    select
        case
            when grouping(organization_day.inn, shift.closed_at::date) = 3 then 'total'
            when grouping(organization_day.inn) = 1 then 'day'
            when grouping(shift.kkt_reg_id) = 1 then 'organization'
            else 'point'
        end as level,
        organization_day.inn,
        shift.kkt_reg_id,
        shift.shop_id,
        shift.closed_at::date as day,
        sum(cash.net) filter (where shift.closed_at >= organization_day.today - 1) as yesterday,
        sum(cash.net) as month,
        count(*) filter (where cash.net is null) as left_out
    from organization_day
    inner join accounting.shift
        on
            organization_day.inn = shift.organization_inn
            and shift.closed_at >= organization_day.first_day
            and shift.closed_at < organization_day.today
            and shift.outcome not in ('duplicate', 'rejected', 'before_start')
    cross join
        lateral (
            -- The side of two sources that is held, while a person is asked which is right, is a conflict without orders.
            select
                case
                    when
                        shift.outcome in ('issued', 'no_cash')
                        or (
                            shift.outcome = 'conflict'
                            and exists (
                                select from accounting.cash_order
                                where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
                            )
                        )
                        then shift.cash_income - shift.cash_refund - shift.cash_payout + shift.cash_payout_refund
                end as net
        ) as cash
    group by
        grouping sets (
            (organization_day.inn),
            (organization_day.inn, shift.kkt_reg_id, shift.shop_id),
            (shift.closed_at::date),
            ()
        )
),

named as (
    select
        summed.level,
        summed.inn,
        summed.day,
        coalesce(
            nullif(register.sales_point, ''), nullif(register.address, ''), nullif(register.name, ''),
            nullif(shop.name, ''), nullif(shop.address, ''), summed.kkt_reg_id, summed.shop_id, ''
        ) as point,
        summed.yesterday,
        summed.month,
        summed.left_out
    from summed
    left join control.register
        on summed.inn = register.organization_inn and summed.kkt_reg_id = register.kkt_reg_id
    left join control.shop on summed.inn = shop.organization_inn and summed.shop_id = shop.shop_id
),

whole as (
    select
        level,
        inn,
        day,
        point,
        sum(yesterday) as yesterday,
        sum(month) as month,
        sum(left_out)::bigint as left_out
    from named
    group by level, inn, day, point
),

ranked as (
    select
        whole.*,
        row_number()
            over (partition by whole.level order by whole.month desc nulls first, whole.inn asc, whole.point asc)
            as place,
        count(*) over (partition by whole.level) as of_level
    from whole
)

select
    ranked.level,
    ranked.inn,
    organization_day.name,
    ranked.point,
    ranked.day,
    ranked.yesterday,
    ranked.month,
    ranked.left_out,
    ranked.of_level
from ranked
left join organization_day on ranked.inn = organization_day.inn
where ranked.level = 'day' or ranked.place <= %(most)s
order by ranked.level, ranked.day, ranked.place
