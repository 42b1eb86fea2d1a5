-- Run by the report of a run: organisations of one ИНН whose registers a batch could not list, and why.
select
    unit_id,
    details
from control.gap
where organization_inn = %(inn)s and batch_id = %(batch_id)s and reason = 'not_listed'
order by unit_id
