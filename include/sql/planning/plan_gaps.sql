-- Run by the planner: days since the start date that cannot be read now, and why; if the registers of a part of the
-- organisation cannot be listed, its days that are not covered as a whole yet.
with register as (
    select
        register.kkt_reg_id,
        register.first_document_at::date as first_day,
        register.seen_at >= %(seen_at)s as listed,
        control.days_between(register.permission_from, register.permission_to) as permitted,
        daterange(operator.start_date, %(horizon)s, '[]') as wanted,
        coalesce(covered.days, '{}'::datemultirange) as covered
    from control.register
    inner join control.operator on register.organization_inn = operator.organization_inn
    left join control.covered
        on
            register.organization_inn = covered.organization_inn
            and operator.product = covered.product
            and register.kkt_reg_id = covered.unit_id
    where
        register.organization_inn = %(inn)s
        and operator.product = %(product)s
        and operator.state = 'on'
        and (operator.registers = '{}' or register.kkt_reg_id = any(operator.registers))
        and operator.start_date <= %(horizon)s
),

gap as (
    select
        kkt_reg_id as unit_id,
        unnest(
            datemultirange(wanted)
            - case when listed then datemultirange(permitted) else '{}'::datemultirange end
            - covered
        ) as days,
        case when listed and isempty(permitted) then 'no_whole_day' else 'no_permission' end as reason,
        '' as details
    from register
    union all
    select
        kkt_reg_id,
        unnest(datemultirange(wanted * permitted * daterange(null, first_day)) - covered) as days,
        'before_first_document' as reason,
        '' as details
    from register
    where listed and first_day is not null
    union all
    select
        unlisted.ofd_organization_id,
        unnest(
            datemultirange(daterange(integration.start_date, %(horizon)s, '[]'))
            - coalesce(whole.days, '{}'::datemultirange)
        ),
        'not_listed',
        unlisted.details
    from jsonb_to_recordset(%(unlisted)s) as unlisted (ofd_organization_id text, details text)
    inner join control.integration
        on
            integration.organization_inn = %(inn)s
            and integration.product = %(product)s
            and integration.state = 'on'
            and integration.start_date <= %(horizon)s
    cross join lateral (
        select range_agg(daterange(covered_day.day, covered_day.day, '[]')) as days
        from control.covered_day
        where covered_day.organization_inn = %(inn)s and covered_day.product = %(product)s
    ) as whole
)

insert into control.gap (organization_inn, product, unit_id, days, reason, details, batch_id)
select
    %(inn)s,
    %(product)s,
    unit_id,
    days,
    reason,
    details,
    %(batch_id)s
from gap
on conflict do nothing
