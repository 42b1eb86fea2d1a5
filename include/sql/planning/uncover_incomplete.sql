-- Run by publish for `uncoverable_days`: shifts of the batch with unknown sums.
select
    staged.kkt_reg_id as unit_id,
    staged.closed_at::date as day
from stage.shift as staged
inner join accounting.shift on staged.shift_id = shift.shift_id
where staged.batch_id = %(batch_id)s and shift.outcome = 'incomplete'
union all
select
    staged.shop_id,
    staged.order_day
from stage.till_shift as staged
where staged.batch_id = %(batch_id)s and staged.outcome = 'incomplete'
