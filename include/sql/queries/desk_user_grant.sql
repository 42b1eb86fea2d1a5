-- Run by `smena access grant`: the same again changes nothing.
insert into control.desk_user (user_name, organization_inn, granted_by)
values (%(user_name)s, %(inn)s, %(granted_by)s)
on conflict do nothing
