-- Run by the publishing task: days that became covered by this batch.
select day
from control.covered_day
where batch_id = %(batch_id)s
order by day
