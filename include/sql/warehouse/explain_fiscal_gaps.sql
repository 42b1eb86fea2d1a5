-- Run by `smena explain --fiscal-drive`: the known gaps of a drive.
select
    organization_inn,
    unit_id,
    lower(days) as first_day,
    upper(days) - 1 as last_day,
    details
from control.gap
where
    reason = 'missing_shift'
    and exists (
        select from regexp_split_to_table(details, chr(10)) as stored (reason)
        -- The arguments of a reason that has any; see smena.model.reason_text.
        where substring(stored.reason, ' ({.*})$')::jsonb ->> 'drive' = %(fiscal_drive_number)s
    )
order by unit_id, days
