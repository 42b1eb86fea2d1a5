-- Run by the page «Сегодня»: net cash of each point of sale, as page_today_cash gives that of organisations. A shift
-- counts at the point at which its register stood then; where that is unknown, the register is named. It reads every
-- shift of the month, so for all organisations in sight it returns nothing if they have more than `most_units` registers
-- and shops. `of_level` counts the points.
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

few as (
    select
        cast(%(inn)s as text) is not null
        or (select count(*) from control.register) + (select count(*) from control.shop) <= %(most_units)s as are_few
),

-- Summed for each organisation separately, so that only its own shifts are read.
summed as (
    select
        organization_day.inn,
        of_points.*
    from organization_day
    cross join
        lateral (
            select
                shift.kkt_reg_id,
                shift.shop_id,
                shift.sales_point,
                sum(cash.net) filter (where shift.closed_at >= (organization_day.today - 1)::timestamp) as yesterday,
                sum(cash.net) as month,
                count(*) filter (where cash.net is null) as left_out
            from accounting.shift
            cross join
                lateral (
                    -- While a person is asked which of two sources is right, the proposed side has no orders.
                    select
                        case
                            when
                                shift.outcome in ('issued', 'no_cash')
                                or (
                                    shift.outcome = 'conflict'
                                    and exists (
                                        select from accounting.cash_order
                                        where
                                            cash_order.shift_id = shift.shift_id
                                            and cash_order.status <> 'reversed'
                                    )
                                )
                                then
                                    shift.cash_income - shift.cash_refund
                                    - shift.cash_payout + shift.cash_payout_refund
                        end as net
                ) as cash
            where
                shift.organization_inn = organization_day.inn
                -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
                and shift.closed_at >= organization_day.first_day::timestamp
                and shift.closed_at < organization_day.today::timestamp
                and shift.outcome not in ('duplicate', 'rejected', 'before_start')
                and (select few.are_few from few)
            group by shift.kkt_reg_id, shift.shop_id, shift.sales_point
        ) as of_points
),

named as (
    select
        summed.inn,
        coalesce(
            nullif(summed.sales_point, ''), nullif(register.name, ''), nullif(register.kkt_reg_id, ''),
            nullif(shop.name, ''), nullif(shop.address, ''), summed.kkt_reg_id, summed.shop_id, ''
        ) as point,
        summed.sales_point,
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
        inn,
        point,
        sales_point,
        sum(yesterday) as yesterday,
        sum(month) as month,
        sum(left_out)::bigint as left_out
    from named
    group by inn, point, sales_point
)

select
    whole.inn,
    organization_day.name,
    whole.point,
    whole.sales_point,
    whole.yesterday,
    whole.month,
    whole.left_out,
    count(*) over () as of_level
from whole
inner join organization_day on whole.inn = organization_day.inn
order by whole.month desc nulls first, whole.inn asc, whole.point asc
limit %(most)s
