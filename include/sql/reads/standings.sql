-- Run by `standings`, for the command line, the pages, alerts and metrics: the progress of integrations and what waits.
-- A day is over when it is over in the organisation's zone and in Kaliningrad.
with wanted as (
    select
        integration.organization_inn,
        organization.name,
        organization.timezone,
        integration.product,
        integration.state,
        integration.start_date,
        integration.registers,
        integration.changed_by,
        integration.changed_at,
        integration.reason,
        local.yesterday as through,
        case
            when integration.state = 'on' then greatest(local.yesterday - integration.start_date + 1, 0) else 0
        end as wanted_days
    from control.integration
    inner join control.organization on integration.organization_inn = organization.inn
    cross join
        lateral (
            select least(
                cast(%(now)s as timestamptz) at time zone organization.timezone,
                cast(%(now)s as timestamptz) at time zone interval '2 hours'
            )::date - 1 as yesterday
        ) as local
    where
        (cast(%(inns)s as text[]) is null or integration.organization_inn = any(cast(%(inns)s as text[])))
        and integration.product = coalesce(%(product)s, integration.product)
),

believed as (
    select
        covered_day.organization_inn,
        covered_day.product,
        covered_day.day
    from control.covered_day
    inner join control.batch on covered_day.batch_id = batch.batch_id
    -- Without days covered by a run whose clock was ahead.
    where batch.last_day < (cast(%(now)s as timestamptz) at time zone interval '12 hours')::date
)

select
    wanted.*,
    covered.days as covered_days,
    covered.newest as newest_covered_day,
    hole.day as first_open_day,
    waits.gaps,
    waits.quarantined,
    waits.open_decisions
from wanted
cross join
    lateral (
        select
            count(*)::int as days,
            max(believed.day) as newest
        from believed
        where
            believed.organization_inn = wanted.organization_inn
            and believed.product = wanted.product
            and believed.day between wanted.start_date and wanted.through
    ) as covered
cross join
    lateral (
        select min(day.day)::date as day
        from generate_series(wanted.start_date, wanted.through, interval '1 day') as day (day)
        where
            covered.days < wanted.wanted_days
            and not exists (
                select from believed
                where
                    believed.organization_inn = wanted.organization_inn
                    and believed.product = wanted.product
                    and believed.day = day.day::date
            )
    ) as hole
cross join
    lateral (
        select
            (
                select count(*) from control.gap
                where gap.organization_inn = wanted.organization_inn and gap.product = wanted.product
            ) as gaps,
            (
                select count(*) from control.quarantine
                where
                    quarantine.organization_inn = wanted.organization_inn
                    and quarantine.product = wanted.product
                    and quarantine.state = 'open'
            ) as quarantined,
            (
                select count(*) from control.decision
                where decision.organization_inn = wanted.organization_inn and decision.state = 'open'
            ) as open_decisions
    ) as waits
order by wanted.organization_inn, wanted.product
