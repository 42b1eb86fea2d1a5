-- Run by `smena migrate`, back from revision 0024.
create or replace view control.quarantine_days with (security_invoker = true) as
select
    quarantine.quarantine_id,
    case
        when asked.days @> quarantine.day
            then
                datemultirange(
                    daterange(quarantine.day, greatest(quarantine.day, shift.closed_at::date), '[]')
                )
        else asked.days
    end as days
from control.quarantine
left join accounting.shift
    on
        quarantine.organization_inn = shift.organization_inn
        and quarantine.kkt_reg_id = shift.kkt_reg_id
        and quarantine.fiscal_drive_number = shift.fiscal_drive_number
        and quarantine.shift_number = shift.shift_number
cross join lateral (
    select range_agg(daterange(assignment.first_day, assignment.last_day, '[]')) as days
    from control.assignment
    where assignment.batch_id = quarantine.batch_id and assignment.kkt_reg_id = quarantine.kkt_reg_id
) as asked;
