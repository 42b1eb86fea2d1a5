-- Run by the publishing task: days that this batch made covered.
select day
from control.covered_day
where batch_id = %(batch_id)s
order by day
