-- Run by the planner after plan_points_end: the points of sale of registers or shops that are listed for the first time,
-- as far back as the list says; days before are unknown.
insert into control.point_of_sale (organization_inn, unit_id, valid, sales_point, address)
select
    %(inn)s,
    point.unit_id,
    daterange(point.first_day, point.day_after),
    coalesce(point.sales_point, ''),
    coalesce(point.address, '')
from
    jsonb_to_recordset(%(history)s)
        as point (unit_id text, first_day date, day_after date, sales_point text, address text)
where
    not exists (
        select from control.point_of_sale as known
        where known.organization_inn = %(inn)s and known.unit_id = point.unit_id
    )
