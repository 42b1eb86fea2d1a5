-- Run by publish: days that are proved loaded from the OFD, one row a register and range; COVERED.
select
    covered.unit_id as kkt_reg_id,
    lower(span.days) as first_day,
    upper(span.days) as end_day
from control.covered
cross join lateral unnest(covered.days) as span (days)
where covered.organization_inn = %(inn)s and covered.product = 'ofd'
order by covered.unit_id, first_day
