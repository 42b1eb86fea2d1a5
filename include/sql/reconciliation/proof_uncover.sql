-- Run by reconcile after proof_completeness and uncover_table, before publish_uncovered: days with a missing or an open shift.
-- adds to: uncovered
-- writes: uncovered
insert into uncovered (organization_inn, product, unit_id, first_day, end_day)
select
    organization_inn,
    %(product)s,
    kkt_reg_id,
    day,
    day + 1
from control.completeness
where
    organization_inn = %(inn)s
    and day between %(first_day)s and %(last_day)s
    and verdict in ('missing', 'open')
