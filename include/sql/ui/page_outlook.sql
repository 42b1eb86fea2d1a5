-- Run by the pages before an integration is switched on: counts of registers and of days that it would load.
select
    count(*) as registers,
    count(*) filter (where readable_days.first_day > %(start_date)s) as clamped,
    count(*) filter (where readable_days.first_day > readable_days.last_day) as out_of_reach,
    coalesce(sum(greatest(readable_days.last_day - readable_days.first_day + 1, 0)), 0) as register_days
from control.register
cross join
    lateral (
        select
            greatest(%(start_date)s, register.permission_from, register.first_document_at::date) as first_day,
            least(%(horizon)s, register.permission_to) as last_day
    ) as readable_days
where register.organization_inn = %(inn)s
