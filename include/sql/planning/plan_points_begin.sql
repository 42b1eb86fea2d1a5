-- Run by the planner after plan_points_first: begin the point of sale that the list names, where the former one has ended.
insert into control.point_of_sale (organization_inn, unit_id, valid, sales_point, address)
select
    %(inn)s,
    point.unit_id,
    daterange(coalesce(known.ended_on, %(today)s), null),
    coalesce(point.sales_point, ''),
    coalesce(point.address, '')
from jsonb_to_recordset(%(points)s) as point (unit_id text, sales_point text, address text)
cross join
    lateral (
        select
            max(upper(point_of_sale.valid)) as ended_on,
            coalesce(bool_or(upper_inf(point_of_sale.valid)), false) as goes_on
        from control.point_of_sale
        where point_of_sale.organization_inn = %(inn)s and point_of_sale.unit_id = point.unit_id
    ) as known
where not known.goes_on
