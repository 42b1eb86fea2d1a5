-- Run by alerts: days out of reach, by reason. Before a register's first document there is nothing that anybody could do. A
-- shift that stays open is a sign of its register (alert_registers).
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
