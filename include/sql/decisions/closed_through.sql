-- Run by `cash`: through which day the books of an organisation are closed; no row: not at all.
select through
from control.closed_period
where organization_inn = %(inn)s
