-- Run by `smena alert-routes add`: add a route; an existing one is not changed.
insert into control.alert_route (connection, organization_inn, kpp, sales_point, added_by)
values (%(connection)s, %(inn)s, %(kpp)s, %(sales_point)s, %(added_by)s)
on conflict do nothing
