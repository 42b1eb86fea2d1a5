-- Run by reconcile before proof_missing: shifts that were opened and whose end is not told, still open as the window ends.
-- makes: open_shift
create temporary table open_shift on commit drop as
select
    told.kkt_reg_id,
    told.shift_number,
    told.opened_at,
    daterange(coalesce(told.opened_at::date, %(first_day)s), %(last_day)s, '[]') as days
from control.told_shift as told
where
    told.organization_inn = %(inn)s
    and told.closed_at is null
    and not exists (
        select from accounting.shift
        where
            shift.organization_inn = told.organization_inn
            and shift.kkt_reg_id = told.kkt_reg_id
            and shift.shift_number = told.shift_number
            and shift.source = 'ofd'
            and shift.closed_at >= coalesce(told.opened_at, %(first_day)s)
            and shift.closed_at < coalesce(told.opened_at, %(last_day)s) + interval '40 days'
    )
