-- Run by `smena access list`: who sees which organisations on the pages.
select
    user_name,
    organization_inn,
    granted_by,
    granted_at
from control.page_user
order by user_name, organization_inn nulls first
