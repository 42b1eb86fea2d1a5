-- Run by publish for `uncoverable_days`: booked shifts that may match a missing or an open one, by register and number.
select distinct
    shift.kkt_reg_id as unit_id,
    shift.shift_number,
    shift.closed_at::date as closed_day
from stage.reject
inner join control.batch on reject.batch_id = batch.batch_id
inner join control.product on batch.product = product.product and product.source = 'ofd'
inner join accounting.shift
    on
        shift.organization_inn = %(inn)s
        and reject.unit_id = shift.kkt_reg_id
        and reject.shift_number = shift.shift_number
        and shift.closed_at >= least(reject.day, batch.first_day)
        -- An open shift is searched in 40 days, from its opening or from the beginning of a window.
        and shift.closed_at < greatest(reject.day, batch.last_day) + 41
where reject.batch_id = %(batch_id)s and reject.kind in ('missing_z_report', 'open_shift')
