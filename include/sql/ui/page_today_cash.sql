-- Run by the page «Сегодня»: net cash of the shifts closed yesterday, and since the beginning of yesterday's month, by
-- organisation, by day, and in total (`level`). Yesterday is in the organisation's zone. At most `most` organisations,
-- of `of_level`: those with unknown sums first, then those with the most cash. It sums days, not shifts.
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

of_days as (
    select
        organization_day.inn,
        cash_of_day.day,
        cash_of_day.day = organization_day.today - 1 as is_yesterday,
        cash_of_day.net,
        0 as left_out
    from organization_day
    inner join accounting.cash_of_day
        on
            organization_day.inn = cash_of_day.organization_inn
            and cash_of_day.day >= organization_day.first_day
            and cash_of_day.day < organization_day.today
    where cash_of_day.shifts > 0
    union all
    select
        organization_day.inn,
        shift.closed_at::date,
        shift.closed_at::date = organization_day.today - 1,
        cash.net,
        case when cash.net is null then 1 else 0 end
    from organization_day
    inner join accounting.shift
        on
            organization_day.inn = shift.organization_inn
            -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
            and shift.closed_at >= organization_day.first_day::timestamp
            and shift.closed_at < organization_day.today::timestamp
            and shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
    cross join
        lateral (
            -- While a person is asked which of two sources is right, the proposed side is a conflict without orders.
            select
                case
                    when
                        shift.outcome = 'conflict'
                        and exists (
                            select from accounting.cash_order
                            where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
                        )
                        then shift.cash_income - shift.cash_refund - shift.cash_payout + shift.cash_payout_refund
                end as net
        ) as cash
),

summed as (
    select
        case
            when grouping(inn, day) = 3 then 'total'
            when grouping(inn) = 1 then 'day'
            else 'organization'
        end as level,
        inn,
        day,
        sum(net) filter (where is_yesterday) as yesterday,
        sum(net) as month,
        sum(left_out) as left_out
    from of_days
    group by grouping sets ((inn), (day), ())
),

ranked as (
    select
        summed.*,
        row_number() over (partition by summed.level order by summed.month desc nulls first, summed.inn asc) as place,
        count(*) over (partition by summed.level) as of_level
    from summed
)

select
    ranked.level,
    ranked.inn,
    organization_day.name,
    ranked.day,
    ranked.yesterday,
    ranked.month,
    coalesce(ranked.left_out, 0) as left_out,
    ranked.of_level
from ranked
left join organization_day on ranked.inn = organization_day.inn
where ranked.level = 'day' or ranked.place <= %(most)s
order by ranked.level, ranked.day, ranked.place
