-- Run by the demo and by reports: live cash orders of each organisation by kind.
select
    cash_order.organization_inn,
    organization.name,
    cash_order.kind,
    count(*) as orders,
    sum(cash_order.amount) as amount
from accounting.cash_order
inner join control.organization on cash_order.organization_inn = organization.inn
where cash_order.status in ('new', 'accepted')
group by cash_order.organization_inn, organization.name, cash_order.kind
order by cash_order.organization_inn, cash_order.kind
