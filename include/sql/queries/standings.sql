-- Run by the metrics: where each integration stands by now: days covered of those wanted, and what waits for a person.
select
    wanted.organization_inn,
    wanted.product,
    case
        when wanted.days > 0 then greatest(wanted.through - coalesce(covered.newest, wanted.start_date - 1), 0)
    end as lag_days,
    case
        when wanted.days > 0
            then
                extract(
                    epoch from (coalesce(covered.newest + 1, wanted.start_date))::timestamp at time zone wanted.timezone
                )::bigint
    end as covered_until,
    case when wanted.days > 0 then round(covered.days::numeric / wanted.days, 6) end as coverage,
    coalesce(decisions.count, 0) as decisions,
    coalesce(quarantine.count, 0) as quarantine
from (
    select
        integration.organization_inn,
        integration.product,
        integration.start_date,
        organization.timezone,
        local.yesterday as through,
        case when integration.state = 'on' then local.yesterday - integration.start_date + 1 else 0 end as days
    from control.integration
    inner join control.organization on integration.organization_inn = organization.inn
    cross join
        lateral (
            select least(
                cast(%(now)s as timestamptz) at time zone organization.timezone,
                cast(%(now)s as timestamptz) at time zone interval '2 hours'
            )::date - 1 as yesterday
        ) as local
) as wanted
cross join
    lateral (
        select
            count(*)::int as days,
            max(covered_day.day) as newest
        from control.covered_day
        inner join control.batch on covered_day.batch_id = batch.batch_id
        where
            -- Not what a run covered whose clock was ahead.
            batch.last_day < (cast(%(now)s as timestamptz) at time zone interval '12 hours')::date
            and covered_day.organization_inn = wanted.organization_inn
            and covered_day.product = wanted.product
            and covered_day.day between wanted.start_date and wanted.through
    ) as covered
left join
    (
        select
            organization_inn,
            count(*) as count
        from control.decision
        where state = 'open'
        group by organization_inn
    ) as decisions
    on wanted.organization_inn = decisions.organization_inn
left join
    (
        select
            organization_inn,
            product,
            count(*) as count
        from control.quarantine
        where state = 'open'
        group by organization_inn, product
    ) as quarantine
    on wanted.organization_inn = quarantine.organization_inn and wanted.product = quarantine.product
order by wanted.organization_inn asc, wanted.product desc
