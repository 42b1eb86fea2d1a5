-- Run by reconcile: shops of Kontur.Market whose cheques can be requested again, and their readable days.
select
    readable_days.unit_id as shop_id,
    lower(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]')) as first_day,
    upper(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]')) - 1 as last_day
from control.readable_days
inner join control.integration
    on readable_days.organization_inn = integration.organization_inn and readable_days.product = integration.product
where
    readable_days.organization_inn = %(inn)s
    and readable_days.source = 'market'
    and integration.state = 'on'
    and not isempty(readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]'))
order by readable_days.unit_id
