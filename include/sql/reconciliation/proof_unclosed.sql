-- Run by reconcile after proof_missing_by_days: shifts whose closing report cannot come any more, with the known facts.
--
-- no_closing: the register works with a newer drive, and the old one reported an opening (or sums) and no closing after
-- it. lost: a shift number is missing within a drive that was replaced more than 31 days ago, so nothing can come
-- late. before_permission: its first receipts lie before the permission, so they can never be read.
-- reads: missing_shift, unexplained_day
with opened as (
    select
        opening.kkt_reg_id,
        opening.fiscal_drive_number,
        opening.shift_number,
        opening.opened_at,
        reported.receipts
    from control.source_opening as opening
    left join control.source_shift as reported
        on
            opening.organization_inn = reported.organization_inn
            and opening.kkt_reg_id = reported.kkt_reg_id
            and opening.shift_number = reported.shift_number
            and opening.opened_at = reported.opened_at
    where opening.organization_inn = %(inn)s and reported.closed_at is null
    union all
    -- The opening itself may be lost, or lie before the requested days.
    select
        reported.kkt_reg_id,
        null,
        reported.shift_number,
        reported.opened_at,
        reported.receipts
    from control.source_shift as reported
    where
        reported.organization_inn = %(inn)s
        and reported.closed_at is null
        and not exists (
            select from control.source_opening as opening
            where
                opening.organization_inn = reported.organization_inn
                and opening.kkt_reg_id = reported.kkt_reg_id
                and opening.shift_number = reported.shift_number
                and opening.opened_at = coalesce(reported.opened_at, opening.opened_at)
        )
),

work as (
    select
        opening.kkt_reg_id,
        opening.fiscal_drive_number,
        opening.shift_number,
        opening.opened_at as began_at
    from control.source_opening as opening
    where opening.organization_inn = %(inn)s
    union all
    select
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        coalesce(shift.opened_at, shift.closed_at)
    from accounting.shift
    where shift.organization_inn = %(inn)s and shift.source = 'ofd' and shift.fiscal_document_number is not null
),

no_closing as (
    select
        opened.kkt_reg_id,
        opened.fiscal_drive_number,
        opened.shift_number,
        opened.opened_at,
        opened.receipts,
        coalesce(opened.opened_at, %(first_day)s::timestamp) as begins,
        replaced.at as ends
    from opened
    inner join lateral (
        -- The first document of the next drive. If the drive is unknown, numbers that start again show it.
        select min(work.began_at) as at
        from work
        where
            work.kkt_reg_id = opened.kkt_reg_id
            and work.began_at > coalesce(opened.opened_at, %(first_day)s::timestamp)
            and work.fiscal_drive_number is distinct from opened.fiscal_drive_number
            and (opened.fiscal_drive_number is not null or work.shift_number <= opened.shift_number)
    ) as replaced on replaced.at is not null
    where
        not exists (
            -- Its own drive went on: the shift was closed, and its report may come late.
            select from work
            where
                work.kkt_reg_id = opened.kkt_reg_id
                and work.fiscal_drive_number = opened.fiscal_drive_number
                and work.shift_number > opened.shift_number
                and replaced.at > %(today)s::date - 31
        )
),

lost as (
    select
        missing_shift.kkt_reg_id,
        missing_shift.fiscal_drive_number,
        number.of_shift as shift_number,
        lower(missing_shift.days)::timestamp as begins,
        upper(missing_shift.days)::timestamp as ends
    from missing_shift
    cross join
        lateral generate_series(
            missing_shift.first_number, least(missing_shift.last_number, missing_shift.first_number + 49)
        ) as number (of_shift)
    where
        missing_shift.fiscal_drive_number is not null
        and upper(missing_shift.days) <= %(today)s::date - 31
        and exists (
            select from work
            where
                work.kkt_reg_id = missing_shift.kkt_reg_id
                and work.fiscal_drive_number <> missing_shift.fiscal_drive_number
                and work.began_at >= upper(missing_shift.days) - 1
                and work.began_at < %(today)s::date - 31
        )
        -- Totals by day report its money without any document: only the operator can explain that.
        and not exists (
            select from unexplained_day
            where
                unexplained_day.kkt_reg_id = missing_shift.kkt_reg_id and missing_shift.days @> unexplained_day.day
        )
        and not exists (
            select from no_closing
            where
                no_closing.kkt_reg_id = missing_shift.kkt_reg_id
                and no_closing.shift_number = number.of_shift
                and coalesce(no_closing.fiscal_drive_number, missing_shift.fiscal_drive_number)
                = missing_shift.fiscal_drive_number
        )
),

stuck as (
    select
        kkt_reg_id,
        fiscal_drive_number,
        shift_number,
        opened_at,
        null::timestamp as closed_at,
        begins,
        ends,
        receipts,
        'no_closing' as kind
    from no_closing
    union all
    select
        lost.kkt_reg_id,
        lost.fiscal_drive_number,
        lost.shift_number,
        reported.opened_at,
        reported.closed_at,
        coalesce(reported.opened_at, lost.begins),
        coalesce(reported.closed_at, lost.ends),
        reported.receipts,
        'lost'
    from lost
    left join lateral (
        select
            shift.opened_at,
            shift.closed_at,
            shift.receipts
        from control.source_shift as shift
        where
            shift.organization_inn = %(inn)s
            and shift.kkt_reg_id = lost.kkt_reg_id
            and shift.shift_number = lost.shift_number
            and shift.closed_at >= lost.begins
            and shift.closed_at < lost.ends
        order by shift.closed_at
        limit 1
    ) as reported on true
    union all
    select
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        null as opened_at,
        shift.closed_at,
        register.permission_from::timestamp as begins,
        shift.closed_at as ends,
        shift.receipts,
        'before_permission' as kind
    from accounting.shift
    inner join control.register
        on shift.organization_inn = register.organization_inn and shift.kkt_reg_id = register.kkt_reg_id
    inner join control.source_shift as reported
        on
            shift.organization_inn = reported.organization_inn
            and shift.kkt_reg_id = reported.kkt_reg_id
            and shift.shift_number = reported.shift_number
            and shift.closed_at = reported.closed_at
            and reported.opened_at is null
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.outcome = 'incomplete'
        and register.permission_from is not null
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < %(last_day)s::date + 1
)

select
    stuck.kkt_reg_id,
    stuck.fiscal_drive_number,
    stuck.shift_number,
    stuck.opened_at,
    stuck.closed_at,
    stuck.begins,
    stuck.ends,
    stuck.receipts,
    stuck.kind,
    register.ofd_organization_id,
    register.permission_from,
    register.permission_to,
    known.fiscal_document_number
from stuck
inner join control.register
    on register.organization_inn = %(inn)s and stuck.kkt_reg_id = register.kkt_reg_id
left join lateral (
    select
        shift.fiscal_document_number,
        shift.receipts,
        shift.outcome
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.kkt_reg_id = stuck.kkt_reg_id
        and shift.shift_number = stuck.shift_number
        and (
            shift.fiscal_drive_number = stuck.fiscal_drive_number
            or (stuck.fiscal_drive_number is null and shift.closed_at >= stuck.begins and shift.closed_at <= stuck.ends)
        )
    limit 1
) as known on true
where
    stuck.kind = 'before_permission'
    or known.outcome is null
    -- More of its receipts have come since.
    or (known.fiscal_document_number is null and known.receipts <> stuck.receipts)
order by stuck.kkt_reg_id, stuck.begins, stuck.shift_number
