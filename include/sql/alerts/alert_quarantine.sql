-- Run by alerts: organisations with more open records in quarantine than the setting allows, by product.
select
    organization_inn,
    product,
    count(*) as count,
    count(distinct reason) as reasons,
    mode() within group (order by reason) as commonest
from control.quarantine
where organization_inn = coalesce(%(inn)s, organization_inn) and state = 'open'
group by organization_inn, product
having count(*) > %(most_quarantined)s
order by organization_inn asc, product desc
