-- Run by `smena organization set`: a row where shifts of the organisation are here.
select true as is_there
from accounting.shift
where organization_inn = %(inn)s
limit 1
