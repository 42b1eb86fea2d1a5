-- Run by publish for `uncoverable_days`: find gaps in the shift numbers of a drive, among shifts of the batch's
-- registers, so that publish no longer calls those days covered. `covered_end` is exclusive: the first day that is not
-- covered.
with numbered as (
    select
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        lag(shift.shift_number) over drive as number_before,
        lag(shift.closed_at) over drive::date as closed_before,
        shift.opened_at::date as opened_day,
        shift.closed_at::date as closed_day
    from accounting.shift
    inner join control.batch on batch.batch_id = %(batch_id)s
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.kkt_reg_id in (
            select staged.kkt_reg_id from stage.shift as staged where staged.batch_id = %(batch_id)s
        )
        -- The shift before the first of the batch is needed too; it is searched in the 40 days before.
        and shift.closed_at >= batch.first_day - 40
    window drive as (partition by shift.fiscal_drive_number order by shift.shift_number)
)

select
    numbered.kkt_reg_id as unit_id,
    numbered.fiscal_drive_number,
    numbered.number_before,
    numbered.shift_number,
    numbered.closed_before,
    numbered.opened_day,
    numbered.closed_day,
    upper(covered.span) as covered_end
from numbered
left join
    lateral (
        select span
        from control.covered
        cross join unnest(covered.days) as span
        where
            covered.organization_inn = %(inn)s
            and covered.product = %(product)s
            and covered.unit_id = numbered.kkt_reg_id
            and span @> numbered.closed_before
    ) as covered
    on true
where numbered.shift_number <> numbered.number_before + 1
