-- Run by reconcile after the source's responses are written: days with totals that no shift accounts for.
-- makes: unexplained_day
create temporary table unexplained_day on commit drop as
select
    by_days.kkt_reg_id,
    by_days.day
from control.source_day as by_days
left join control.source_day as by_shifts
    on
        by_days.organization_inn = by_shifts.organization_inn
        and by_days.kkt_reg_id = by_shifts.kkt_reg_id
        and by_days.day = by_shifts.day
        and by_shifts.reported_by = 'by_shifts'
where
    by_days.organization_inn = %(inn)s
    and by_days.kkt_reg_id <> ''
    and by_days.reported_by = 'by_days'
    and by_days.day between %(first_day)s and %(last_day)s
    and (
        by_days.receipts > by_shifts.receipts
        or not exists (
            select from control.source_shift as reported
            where
                reported.organization_inn = by_days.organization_inn
                and reported.kkt_reg_id = by_days.kkt_reg_id
                and coalesce(reported.opened_at, '-infinity')::date <= by_days.day
                and coalesce(reported.closed_at, 'infinity')::date >= by_days.day
        )
    )
    -- A stored shift that totals by shift no longer report is not missing.
    and not exists (
        select from accounting.shift
        where
            shift.organization_inn = by_days.organization_inn
            and shift.kkt_reg_id = by_days.kkt_reg_id
            and shift.source = 'ofd'
            and shift.fiscal_document_number is not null
            and coalesce(shift.opened_at, shift.closed_at)::date <= by_days.day
            and shift.closed_at >= by_days.day
            and not exists (
                select from control.source_shift as reported
                where
                    reported.organization_inn = shift.organization_inn
                    and reported.kkt_reg_id = shift.kkt_reg_id
                    and reported.shift_number = shift.shift_number
                    and reported.closed_at = shift.closed_at
            )
    )
