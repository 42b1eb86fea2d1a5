-- Run by `cash`: the day through which the books of an organisation are closed; no row if they never were.
select through
from control.closed_period
where organization_inn = %(inn)s
