-- Run by publish and by `smena allow`: the newest published batch that has since read some of a batch's days.
select max(later_batch_id) as batch_id
from control.read_since
where batch_id = %(batch_id)s
