-- Run by the read model of completeness: days that are not readable or missing, and why, as of the newest plan and
-- batches.
select
    gap.unit_id,
    lower(gap.days) as first_day,
    upper(gap.days) - 1 as last_day,
    gap.reason,
    gap.details,
    gap.product
from control.gap
where
    gap.organization_inn = %(inn)s
    and (cast(%(product)s as text) is null or gap.product = %(product)s)
    and (
        cast(%(source)s as text) is null
        or gap.product in (select product.product from control.product where product.source = %(source)s)
    )
    and (cast(%(reason)s as text) is null or gap.reason = %(reason)s)
    and (cast(%(unit_id)s as text) is null or gap.unit_id = %(unit_id)s)
    and (cast(%(batch_id)s as bigint) is null or gap.batch_id = %(batch_id)s)
    and gap.days && daterange(cast(%(first_day)s as date), cast(%(last_day)s as date), '[]')
order by gap.unit_id, gap.days, gap.reason, gap.product
limit cast(%(most)s as integer)
