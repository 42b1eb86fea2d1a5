-- Run by reconcile after proof_completeness, before publish_uncovered: days with a missing or an open shift are not covered.
create temporary table spoiled on commit drop as
select
    kkt_reg_id,
    daterange(day, day, '[]') as days
from control.completeness
where
    organization_inn = %(inn)s
    and day between %(first_day)s and %(last_day)s
    and verdict in ('missing', 'open')
