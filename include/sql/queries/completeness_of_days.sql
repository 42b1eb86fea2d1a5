-- Run by reconcile: verdicts by day of the whole organisation, each the worst of its registers.
select
    day,
    verdict,
    registers,
    proved,
    shifts
from control.completeness_of_organization
where organization_inn = %(inn)s and day between %(first_day)s and %(last_day)s
order by day
