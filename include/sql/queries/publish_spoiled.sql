-- Run by publish after publish_coverage: days that cannot be called loaded, though their answers were read.
--
-- A z-report is bad, a page cannot be read, a shift is incomplete, totals by shift tell of a closed shift whose z-report
-- did not come, or of one that is open, the clock of the register is ahead, or days count as covered, but the shifts on
-- both sides of them have numbers that are no neighbours. A
-- record whose day is not known, or lies in the future or before there were online registers, spoils all that was asked
-- of its register.
create temporary table spoiled on commit drop as
with bad as (
    select
        reject.kkt_reg_id,
        assignment.first_day,
        assignment.last_day,
        reject.day,
        reject.shift_number,
        reject.kind = 'missing_z_report' as is_missing
    from stage.reject
    inner join control.batch on reject.batch_id = batch.batch_id
    inner join control.assignment
        on
            reject.batch_id = assignment.batch_id
            and reject.kkt_reg_id = assignment.kkt_reg_id
            and (
                reject.day is null
                or reject.day between assignment.first_day and assignment.last_day
                or reject.day < '2016-07-01'
                or reject.day > batch.planned_at::date + 1
            )
    where reject.batch_id = %(batch_id)s and reject.kind in ('closeShift', 'page', 'missing_z_report')
),

numbered as (
    select
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        lag(shift.shift_number) over drive as number_before,
        daterange(
            lag(shift.closed_at) over drive::date,
            greatest(shift.opened_at, lag(shift.closed_at) over drive)::date,
            '[]'
        ) as days
    from accounting.shift
    inner join control.batch on batch.batch_id = %(batch_id)s
    where
        shift.organization_inn = %(inn)s
        and shift.kkt_reg_id in (
            select staged.kkt_reg_id from stage.shift as staged where staged.batch_id = %(batch_id)s
        )
        and shift.closed_at >= batch.first_day - 40
    window drive as (partition by shift.fiscal_drive_number order by shift.shift_number)
)

select
    bad.kkt_reg_id,
    case
        when bad.day between bad.first_day and bad.last_day then daterange(bad.day, bad.day, '[]')
        else daterange(bad.first_day, bad.last_day, '[]')
    end as days,
    case when bad.is_missing then 'смена № ' || bad.shift_number end as missing,
    case when bad.is_missing then 'missing_shift' end as reason
from bad
where
    not bad.is_missing
    or not exists (
        select from accounting.shift
        where
            shift.organization_inn = %(inn)s
            and shift.kkt_reg_id = bad.kkt_reg_id
            and shift.closed_at >= bad.day
            and shift.closed_at < bad.day + 1
            and shift.shift_number = bad.shift_number
    )
union all
select
    staged.kkt_reg_id,
    daterange(staged.closed_at::date, staged.closed_at::date, '[]'),
    null,
    null
from stage.shift as staged
inner join accounting.shift on staged.shift_id = shift.shift_id
where staged.batch_id = %(batch_id)s and shift.outcome = 'incomplete'
union all
select
    numbered.kkt_reg_id,
    numbered.days,
    'ФН ' || numbered.fiscal_drive_number || ', смены № ' || numbered.number_before + 1
    || case when numbered.shift_number - numbered.number_before > 2 then '…' || numbered.shift_number - 1 else '' end,
    'missing_shift'
from numbered
inner join control.covered
    on
        covered.organization_inn = %(inn)s
        and covered.product = %(product)s
        and numbered.kkt_reg_id = covered.kkt_reg_id
where numbered.shift_number - numbered.number_before > 1 and covered.days @> numbered.days
union all
-- Totals by shift tell of an opening without a closing. Where the closing lies in another window, the shift is there.
select
    reject.kkt_reg_id,
    daterange(greatest(reject.day, assignment.first_day), assignment.last_day, '[]'),
    'смена № ' || reject.shift_number || coalesce(' открыта ' || to_char(reject.day, 'DD.MM.YYYY'), ''),
    'open_shift'
from stage.reject
inner join control.assignment
    on
        reject.batch_id = assignment.batch_id
        and reject.kkt_reg_id = assignment.kkt_reg_id
        and (reject.day is null or reject.day <= assignment.last_day)
where
    reject.batch_id = %(batch_id)s
    and reject.kind = 'open_shift'
    and not exists (
        select from accounting.shift
        where
            shift.organization_inn = %(inn)s
            and shift.kkt_reg_id = reject.kkt_reg_id
            and shift.shift_number = reject.shift_number
            and shift.closed_at >= coalesce(reject.day, assignment.first_day)
            and shift.closed_at < coalesce(reject.day, assignment.first_day) + 40
    )
union all
-- Documents of a future day are found by no question about the past: what is after the last known shift is not known.
select
    register.kkt_reg_id,
    daterange(greatest(newest.closed_at::date + 1, asked.first_day), asked.last_day, '[]'),
    'последний документ в списке: ' || to_char(register.last_document_at, 'DD.MM.YYYY HH24:MI'),
    'clock_ahead'
from control.register
inner join (
    select
        kkt_reg_id,
        min(first_day) as first_day,
        max(last_day) as last_day
    from control.assignment
    where batch_id = %(batch_id)s
    group by kkt_reg_id
) as asked on register.kkt_reg_id = asked.kkt_reg_id
cross join
    lateral (
        select max(shift.closed_at) as closed_at
        from accounting.shift
        where
            shift.organization_inn = register.organization_inn
            and shift.kkt_reg_id = register.kkt_reg_id
            and shift.source = 'ofd'
    ) as newest
where
    register.organization_inn = %(inn)s
    and register.has_future_clock
    and coalesce(newest.closed_at::date, asked.first_day - 1) < asked.last_day
