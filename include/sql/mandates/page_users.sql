-- Run by `smena access list`: who sees which organisations on the pages.
select
    user_name,
    organization_inn,
    kpp,
    sales_point,
    granted_by,
    granted_at
from control.page_user
order by user_name asc, organization_inn asc nulls first, kpp asc nulls first, sales_point asc nulls first
