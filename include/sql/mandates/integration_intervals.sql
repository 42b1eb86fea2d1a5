-- Run by `smena integration status`: from when to when integrations were on, oldest first.
select
    organization_inn,
    product,
    start_date,
    registers,
    on_from,
    on_by,
    on_reason,
    mandate_id::text as mandate_id,
    off_at,
    off_by,
    off_reason,
    ban_id::text as ban_id
from control.integration_interval
where organization_inn = coalesce(%(inn)s, organization_inn)
order by organization_inn, product, on_from
