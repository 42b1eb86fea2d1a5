-- Run by reconcile: organisations of this ИНН whose registers the newest plan could not list, and why.
select
    unit_id,
    details
from control.gap
where
    organization_inn = %(inn)s
    and product in (select product.product from control.product where product.source = 'ofd')
    and reason = 'not_listed'
    and days && daterange(%(first_day)s, %(last_day)s, '[]')
order by unit_id
