-- Run by certify: when the days of a period were reconciled, and how many days of registers never were.
select
    min(completeness.checked_at) as checked_at,
    count(*) filter (where completeness.day is null) as unchecked
from control.register
cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
left join control.completeness
    on
        register.organization_inn = completeness.organization_inn
        and register.kkt_reg_id = completeness.kkt_reg_id
        and moment.at::date = completeness.day
where register.organization_inn = %(inn)s
