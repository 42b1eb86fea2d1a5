-- Run by alerts: days of registers whose shifts are missing as of the last reconciliation.
select
    organization_inn,
    count(*) as count,
    count(distinct kkt_reg_id) as registers,
    min(day) as first_day,
    max(day) as last_day
from control.completeness
where organization_inn = coalesce(%(inn)s, organization_inn) and verdict = 'missing'
group by organization_inn
