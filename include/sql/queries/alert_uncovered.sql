-- Run by alerts: wanted days that are over and not proved loaded, by integration; a day is over when it is over in the
-- organisation's zone and in Kaliningrad.
select
    wanted.organization_inn,
    wanted.product,
    wanted.through - wanted.start_date + 1 - covered.days as count,
    hole.day as first_day,
    wanted.through as last_day,
    covered.newest as covered_through
from (
    select
        integration.organization_inn,
        integration.product,
        integration.start_date,
        least(
            cast(%(now)s as timestamptz) at time zone organization.timezone,
            cast(%(now)s as timestamptz) at time zone interval '2 hours'
        )::date - 1 as through
    from control.integration
    inner join control.organization on integration.organization_inn = organization.inn
    where integration.organization_inn = coalesce(%(inn)s, integration.organization_inn) and integration.state = 'on'
) as wanted
cross join
    lateral (
        select
            count(*)::int as days,
            max(day) as newest
        from control.covered_day
        inner join control.batch on covered_day.batch_id = batch.batch_id
        where
            -- Not what a run covered whose clock was ahead.
            batch.last_day < (cast(%(now)s as timestamptz) at time zone interval '12 hours')::date
            and covered_day.organization_inn = wanted.organization_inn
            and covered_day.product = wanted.product
            and covered_day.day between wanted.start_date and wanted.through
    ) as covered
cross join
    lateral (
        select min(day.day)::date as day
        from generate_series(wanted.start_date, wanted.through, interval '1 day') as day (day)
        where
            covered.days < wanted.through - wanted.start_date + 1
            and not exists (
                select from control.covered_day
                inner join control.batch on covered_day.batch_id = batch.batch_id
                where
                    batch.last_day < (cast(%(now)s as timestamptz) at time zone interval '12 hours')::date
                    and covered_day.organization_inn = wanted.organization_inn
                    and covered_day.product = wanted.product
                    and covered_day.day = day.day::date
            )
    ) as hole
where wanted.through - wanted.start_date + 1 > covered.days
order by wanted.organization_inn asc, wanted.product desc
