-- Run by alerts, the pages and `smena alert-routes list`: which connection gets the messages of which organisation or place.
select
    alert_route_id,
    connection,
    organization_inn,
    kpp,
    sales_point,
    added_by,
    added_at
from control.alert_route
order by alert_route_id
