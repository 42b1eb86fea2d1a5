-- Run by reconcile: loaded days of a shop; only on these days can a cheque be found missing.
select moment.at as day
from control.covered
cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
where
    covered.organization_inn = %(inn)s
    and covered.product in (select product.product from control.product where product.source = 'market')
    and covered.unit_id = %(shop_id)s
    and covered.days @> moment.at::date
order by moment.at
