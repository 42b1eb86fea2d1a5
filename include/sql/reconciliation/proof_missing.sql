-- Run by reconcile after proof_unexplained and proof_open: shifts that are known to exist and are not stored, by
-- number.
--
-- Three cross-checks: gaps in the numbers within a drive; totals by shift that report a closed shift; opening reports
-- of shifts that are neither stored nor still open. The fourth, totals by day, is in proof_missing_by_days.
-- reads: open_shift, unexplained_day
-- makes: missing_shift
create temporary table missing_shift on commit drop as
with known as (
    select
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        shift.opened_at,
        shift.closed_at,
        coalesce(
            before.shift_number, case when replaced.at is not null or is_first.yes then 0 end
        ) as number_before,
        coalesce(before.closed_at, replaced.at, register.first_document_at) as after_at,
        readable_days.days as readable_days
    from accounting.shift
    inner join control.register
        on shift.organization_inn = register.organization_inn and shift.kkt_reg_id = register.kkt_reg_id
    inner join control.readable_days
        on
            shift.organization_inn = readable_days.organization_inn
            and shift.kkt_reg_id = readable_days.unit_id
            and readable_days.source = 'ofd'
    left join lateral (
        select
            former.shift_number,
            former.closed_at
        from accounting.shift as former
        where
            former.fiscal_drive_number = shift.fiscal_drive_number
            and former.shift_number < shift.shift_number
        order by former.shift_number desc
        limit 1
    ) as before on true
    -- A new drive starts its numbers again: the shift after another drive's shift has number 1.
    left join lateral (
        select max(former.closed_at) as at
        from accounting.shift as former
        where
            before.shift_number is null
            and former.organization_inn = shift.organization_inn
            and former.kkt_reg_id = shift.kkt_reg_id
            and former.source = 'ofd'
            and former.fiscal_drive_number <> shift.fiscal_drive_number
            and former.closed_at < shift.closed_at
    ) as replaced on true
    cross join
        lateral (
            select lower(readable_days.days) = register.first_document_at::date as yes
        ) as is_first
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < %(last_day)s::date + 40
),

reported as (
    select
        reported.kkt_reg_id,
        coalesce(opening.fiscal_drive_number, near.fiscal_drive_number) as fiscal_drive_number,
        reported.shift_number,
        reported.closed_at::date as day
    from control.source_shift as reported
    left join control.source_opening as opening
        on
            reported.organization_inn = opening.organization_inn
            and reported.kkt_reg_id = opening.kkt_reg_id
            and reported.shift_number = opening.shift_number
            and reported.opened_at = opening.opened_at
    left join lateral (
        select shift.fiscal_drive_number
        from accounting.shift
        where
            shift.organization_inn = reported.organization_inn
            and shift.kkt_reg_id = reported.kkt_reg_id
            and shift.source = 'ofd'
            and (
                (shift.closed_at < reported.closed_at and shift.shift_number < reported.shift_number)
                or (shift.closed_at > reported.closed_at and shift.shift_number > reported.shift_number)
            )
        order by abs(shift.shift_number - reported.shift_number)
        limit 1
    ) as near on true
    where
        reported.organization_inn = %(inn)s
        and reported.closed_at >= %(first_day)s
        and reported.closed_at < %(last_day)s::date + 1
        and not exists (
            select from accounting.shift
            where
                shift.organization_inn = reported.organization_inn
                and shift.kkt_reg_id = reported.kkt_reg_id
                and shift.shift_number = reported.shift_number
                and (
                    shift.closed_at = reported.closed_at
                    -- A person settled it before its closing was reported, so it is not missing.
                    or (
                        shift.fiscal_document_number is null
                        and shift.closed_at
                        between coalesce(reported.opened_at, reported.closed_at - interval '40 days')
                        and reported.closed_at
                    )
                )
        )
),

opened as (
    select
        opening.kkt_reg_id,
        opening.fiscal_drive_number,
        opening.shift_number,
        opening.opened_at::date as day
    from control.source_opening as opening
    where
        opening.organization_inn = %(inn)s
        and opening.opened_at >= %(first_day)s
        and not exists (
            select from accounting.shift
            where
                shift.fiscal_drive_number = opening.fiscal_drive_number
                and shift.shift_number = opening.shift_number
        )
        and not exists (
            select from reported
            where
                reported.kkt_reg_id = opening.kkt_reg_id
                and reported.shift_number = opening.shift_number
                and reported.day >= opening.opened_at::date
        )
        and not exists (
            select from open_shift
            where
                open_shift.kkt_reg_id = opening.kkt_reg_id
                and open_shift.shift_number = opening.shift_number
                and coalesce(open_shift.opened_at, opening.opened_at) = opening.opened_at
        )
),

named as (
    select
        reported.*,
        daterange(reported.day, reported.day, '[]') as days
    from reported
    union all
    select
        opened.*,
        daterange(opened.day, opened.day, '[]') as days
    from opened
),

skipped as (
    select
        known.kkt_reg_id,
        known.fiscal_drive_number,
        place.number as first_number,
        case
            when place.number = known.number_before + 50 then known.shift_number - 1
            else place.number
        end as last_number,
        daterange(known.after_at::date, coalesce(known.opened_at, known.closed_at)::date, '[]') as days
    from known
    cross join
        lateral generate_series(
            known.number_before + 1, least(known.shift_number - 1, known.number_before + 50)
        ) as place (number)
    where known.readable_days @> daterange(known.after_at::date, coalesce(known.opened_at, known.closed_at)::date, '[]')
)

select
    named.kkt_reg_id,
    named.fiscal_drive_number,
    named.shift_number as first_number,
    named.shift_number as last_number,
    named.days
from named
union all
select
    skipped.kkt_reg_id,
    skipped.fiscal_drive_number,
    skipped.first_number,
    skipped.last_number,
    coalesce(narrow.days, skipped.days)
from skipped
left join lateral (
    select daterange(min(unexplained_day.day), max(unexplained_day.day), '[]') as days
    from unexplained_day
    where unexplained_day.kkt_reg_id = skipped.kkt_reg_id and skipped.days @> unexplained_day.day
    having count(*) > 0
) as narrow on true
where
    not exists (
        select from named
        where
            named.kkt_reg_id = skipped.kkt_reg_id
            and named.shift_number between skipped.first_number and skipped.last_number
            and skipped.days @> named.days
    )
