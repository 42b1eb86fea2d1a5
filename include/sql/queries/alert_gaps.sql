-- Run by alerts: days out of reach, by reason. Before a register's first document there is nothing that anybody could do.
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
    and reason <> 'before_first_document'
    -- A shift may last 24 hours, over two days.
    and (reason <> 'open_shift' or upper(days) - lower(days) > 2)
group by organization_inn, product, reason
order by organization_inn asc, product desc, reason asc
