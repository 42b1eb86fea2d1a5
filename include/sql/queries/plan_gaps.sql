-- Run by the planner: days since the start date that cannot be read now, and why.
with register as (
    select
        register.kkt_reg_id,
        register.first_document_at::date as first_day,
        register.seen_at >= %(seen_at)s as listed,
        daterange(register.permission_from, register.permission_to, '[]') as permitted,
        daterange(integration.start_date, %(horizon)s, '[]') as wanted,
        coalesce(covered.days, '{}'::datemultirange) as covered
    from control.register
    inner join control.integration on register.organization_inn = integration.organization_inn
    left join control.covered
        on
            register.organization_inn = covered.organization_inn
            and integration.product = covered.product
            and register.kkt_reg_id = covered.kkt_reg_id
    where
        register.organization_inn = %(inn)s
        and integration.product = %(product)s
        and integration.product = 'ofd'
        and integration.state = 'on'
        and (integration.registers = '{}' or register.kkt_reg_id = any(integration.registers))
        and integration.start_date <= %(horizon)s
),

gap as (
    select
        kkt_reg_id,
        unnest(
            datemultirange(wanted)
            - case when listed then datemultirange(permitted) else '{}'::datemultirange end
            - covered
        ) as days,
        'no_permission' as reason
    from register
    union all
    select
        kkt_reg_id,
        unnest(datemultirange(wanted * permitted * daterange(null, first_day)) - covered) as days,
        'before_first_document' as reason
    from register
    where listed and first_day is not null
)

insert into control.gap (organization_inn, product, kkt_reg_id, days, reason, batch_id)
select
    %(inn)s,
    %(product)s,
    kkt_reg_id,
    days,
    reason,
    %(batch_id)s
from gap
on conflict do nothing
