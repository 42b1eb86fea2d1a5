-- Run by alerts and `smena alert-routes list`: which connection gets the messages of which organisation or place.
select
    alert_route_id,
    connection,
    organization_inn,
    kpp,
    sales_point
from control.alert_route
order by alert_route_id
