-- Run by reconcile: shops of Kontur.Market that can be asked for their cheques again, and the days within reach.
select
    reach.unit_id as shop_id,
    lower(reach.days * daterange(%(first_day)s, %(last_day)s, '[]')) as first_day,
    upper(reach.days * daterange(%(first_day)s, %(last_day)s, '[]')) - 1 as last_day
from control.reach
inner join control.integration
    on reach.organization_inn = integration.organization_inn and reach.product = integration.product
where
    reach.organization_inn = %(inn)s
    and reach.source = 'market'
    and integration.state = 'on'
    and not isempty(reach.days * daterange(%(first_day)s, %(last_day)s, '[]'))
order by reach.unit_id
