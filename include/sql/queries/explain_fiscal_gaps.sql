-- Run by `smena explain --fiscal-drive`: what is known to be missing of a drive.
select
    organization_inn,
    kkt_reg_id,
    lower(days) as first_day,
    upper(days) - 1 as last_day,
    details
from control.gap
where reason = 'missing_shift' and strpos(details, %(fiscal_drive_number)s) > 0
order by kkt_reg_id, days
