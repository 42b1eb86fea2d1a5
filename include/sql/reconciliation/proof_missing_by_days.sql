-- Run by reconcile after proof_missing: a shift after the last known one that only the totals by day report.
-- reads: unexplained_day
-- writes: missing_shift
insert into missing_shift
select
    unexplained_day.kkt_reg_id,
    before.fiscal_drive_number,
    coalesce(before.shift_number + 1, 1),
    null,
    daterange(unexplained_day.day, unexplained_day.day, '[]')
from unexplained_day
left join lateral (
    select
        shift.fiscal_drive_number,
        shift.shift_number
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.kkt_reg_id = unexplained_day.kkt_reg_id
        and shift.source = 'ofd'
        and shift.closed_at < unexplained_day.day + 1
    order by shift.closed_at desc
    limit 1
) as before on true
where
    not exists (
        select from missing_shift
        where
            missing_shift.kkt_reg_id = unexplained_day.kkt_reg_id
            and missing_shift.days @> unexplained_day.day
    )
