-- Run by `smena access revoke`: of one organisation, or (none named) of all that was granted.
delete from control.desk_user
where user_name = %(user_name)s and (cast(%(inn)s as text) is null or organization_inn = %(inn)s)
