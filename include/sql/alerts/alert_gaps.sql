-- Run by alerts: days that are not readable, by reason. Days before a register's first document are left out, because
-- nobody can do anything about them, and so are shifts that stay open: alert_registers reports these.
select
    organization_inn,
    product,
    reason,
    count(*) as count,
    count(distinct unit_id) as registers,
    min(lower(days)) as first_day,
    max(upper(days) - 1) as last_day
from control.gap
where
    organization_inn = coalesce(%(inn)s, organization_inn)
    and reason not in ('before_first_document', 'open_shift')
group by organization_inn, product, reason
order by organization_inn asc, product desc, reason asc
