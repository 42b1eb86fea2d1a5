-- Run by `smena alert-routes remove`: remove a route.
delete from control.alert_route
where alert_route_id = %(route_id)s
