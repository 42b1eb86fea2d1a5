-- Run by publish: the organisation's settings and limits at the time of the decision.
select
    ofd.start_date as ofd_start,
    coalesce(ofd.state = 'on', false) as ofd_is_on,
    market.start_date as market_start,
    coalesce(market.state = 'on', false) as market_is_on,
    closed_period.through as closed_through
from control.organization
left join control.operator as ofd on organization.inn = ofd.organization_inn
left join control.inventory as market on organization.inn = market.organization_inn
left join control.closed_period on organization.inn = closed_period.organization_inn
where organization.inn = %(inn)s
