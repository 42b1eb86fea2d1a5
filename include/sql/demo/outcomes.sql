-- Run by the demo and by reports: shifts of each organisation by outcome.
select
    shift.organization_inn,
    organization.name,
    shift.outcome,
    count(*) as shifts
from accounting.shift
inner join control.organization on shift.organization_inn = organization.inn
group by shift.organization_inn, organization.name, shift.outcome
order by shift.organization_inn, shift.outcome
