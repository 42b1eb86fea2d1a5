-- Run by the planner before plan_points_first and plan_points_begin: end the points of sale of registers or shops that
-- the list now names differently, or not at all: on the day that the list says, if it is a day of that point, else
-- today.
with reported as (
    select
        point.unit_id,
        coalesce(point.sales_point, '') as sales_point,
        coalesce(point.address, '') as address,
        point.moved_on
    from jsonb_to_recordset(%(points)s) as point (unit_id text, sales_point text, address text, moved_on date)
),

changed as (
    select
        known.unit_id,
        known.valid,
        case
            when
                reported.moved_on <= %(today)s
                and reported.address <> known.address
                and (lower_inf(known.valid) or reported.moved_on > lower(known.valid))
                then reported.moved_on
            else %(today)s
        end as last_day
    from reported
    inner join control.point_of_sale as known
        on known.organization_inn = %(inn)s and reported.unit_id = known.unit_id and upper_inf(known.valid)
    where (known.sales_point, known.address) <> (reported.sales_point, reported.address)
),

begun_today as (
    delete from control.point_of_sale
    using changed
    where
        point_of_sale.organization_inn = %(inn)s
        and point_of_sale.unit_id = changed.unit_id
        and point_of_sale.valid = changed.valid
        and lower(changed.valid) >= changed.last_day
)

update control.point_of_sale
set valid = daterange(lower(changed.valid), changed.last_day)
from changed
where
    point_of_sale.organization_inn = %(inn)s
    and point_of_sale.unit_id = changed.unit_id
    and point_of_sale.valid = changed.valid
    and (lower_inf(changed.valid) or lower(changed.valid) < changed.last_day)
