-- Run by the desk, one day (or all of an organisation, where none is named): what is out of reach or missing, and why.
select
    gap.unit_id,
    lower(gap.days) as first_day,
    upper(gap.days) - 1 as last_day,
    gap.reason,
    gap.details,
    gap.batch_id,
    gap.product
from control.gap
where
    gap.organization_inn = %(inn)s
    and (cast(%(product)s as text) is null or gap.product = %(product)s)
    and (cast(%(day)s as date) is null or gap.days @> cast(%(day)s as date))
    and (%(register)s = '' or gap.unit_id = %(register)s)
order by gap.unit_id, gap.days, gap.reason
limit %(most)s
