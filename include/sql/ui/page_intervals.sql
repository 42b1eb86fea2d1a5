-- Run by the page of an integration: from when to when it was on, the newest first.
select
    start_date,
    on_from,
    on_by,
    on_reason,
    off_at,
    off_by,
    off_reason
from control.integration_interval
where organization_inn = %(inn)s and product = %(product)s
order by on_from desc
limit 20
