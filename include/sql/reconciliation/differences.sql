-- Run by reconcile and certify: open differences of a period.
select
    difference_id,
    kind,
    kkt_reg_id,
    day,
    amount,
    cause,
    details,
    shifts::text[] as shifts,
    documents::text[] as documents,
    first_seen,
    last_seen,
    first_seen = last_seen as is_new,
    is_explained
from control.difference
where
    organization_inn = %(inn)s
    and closed_at is null
    and day between %(first_day)s and %(last_day)s
order by day, kind, kkt_reg_id, difference_id
