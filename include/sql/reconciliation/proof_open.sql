-- Run by reconcile before proof_missing: shifts with an opening and no reported end, still open at the end of the
-- window.
-- makes: open_shift
create temporary table open_shift on commit drop as
select
    reported.kkt_reg_id,
    reported.shift_number,
    reported.opened_at,
    daterange(coalesce(reported.opened_at::date, %(first_day)s), %(last_day)s, '[]') as days
from control.source_shift as reported
where
    reported.organization_inn = %(inn)s
    and reported.closed_at is null
    and not exists (
        select from accounting.shift
        where
            shift.organization_inn = reported.organization_inn
            and shift.kkt_reg_id = reported.kkt_reg_id
            and shift.shift_number = reported.shift_number
            and shift.source = 'ofd'
            and shift.closed_at >= coalesce(reported.opened_at, %(first_day)s)
            and shift.closed_at < coalesce(reported.opened_at, %(last_day)s) + interval '40 days'
    )
