-- Run by `smena organization set`: a row if the organisation has any shift.
select true as is_there
from accounting.shift
where organization_inn = %(inn)s
limit 1
