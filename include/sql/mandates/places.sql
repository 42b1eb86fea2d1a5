-- Run by grants, routes of alerts and filters of pages: the КПП and points of sale in sight of an organisation, or of all.
select distinct
    unit_kpp.organization_inn,
    unit_kpp.kpp,
    coalesce(point.sales_point, '') as sales_point
from control.unit_kpp
left join control.point_of_sale as point
    on
        unit_kpp.organization_inn = point.organization_inn
        and unit_kpp.unit_id = point.unit_id
        and unit_kpp.days && point.valid
where cast(%(inn)s as text) is null or unit_kpp.organization_inn = %(inn)s
order by unit_kpp.organization_inn asc, unit_kpp.kpp asc, sales_point asc
