-- Run by reconcile: verdicts by register and day of a period, as of the last reconciliation.
select
    kkt_reg_id,
    day,
    verdict,
    reason,
    missing,
    shifts
from control.completeness
where organization_inn = %(inn)s and day between %(first_day)s and %(last_day)s
order by day, kkt_reg_id
