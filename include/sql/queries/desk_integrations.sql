-- Run by the desk, «Интеграции»: a page of organisations in sight, with each product (a row of none where nothing is on yet).
with listed as (
    select
        organization.inn,
        organization.name
    from control.organization
    where
        (organization.name, organization.inn) > (%(after_name)s, %(after_inn)s)
        and (
            %(search)s = ''
            or organization.inn like %(search)s || '%%'
            or position(lower(%(search)s) in lower(organization.name)) > 0
        )
    order by organization.name, organization.inn
    limit %(most)s
)

select
    listed.inn,
    listed.name,
    product.product,
    integration.state,
    integration.start_date,
    integration.changed_at,
    integration.changed_by,
    cardinality(integration.registers) as named_registers,
    certificate.valid_to as certificate_to,
    certificate.valid_to < now() as certificate_ended,
    certificate.valid_to < now() + interval '30 days' as certificate_ends_soon,
    batch.batch_id,
    batch.run_id,
    batch.state as batch_state,
    batch.planned_at,
    covered.day as covered_through,
    waits.gaps,
    waits.quarantined,
    waits.decisions
from listed
cross join control.product
left join control.integration
    on listed.inn = integration.organization_inn and product.product = integration.product
left join lateral (
    select certificate.valid_to
    from control.certificate
    where certificate.organization_inn = listed.inn
    order by certificate.certificate_id desc
    limit 1
) as certificate on true
left join lateral (
    select
        batch.batch_id,
        batch.run_id,
        batch.state,
        batch.planned_at
    from control.batch
    where batch.organization_inn = listed.inn and batch.product = product.product
    order by batch.batch_id desc
    limit 1
) as batch on true
left join lateral (
    select covered_day.day
    from control.covered_day
    where covered_day.organization_inn = listed.inn and covered_day.product = product.product
    order by covered_day.day desc
    limit 1
) as covered on true
cross join
    lateral (
        select
            (
                select count(*) from control.gap
                where gap.organization_inn = listed.inn and gap.product = product.product
            ) as gaps,
            (
                select count(*) from control.quarantine
                where
                    quarantine.organization_inn = listed.inn
                    and quarantine.product = product.product
                    and quarantine.state = 'open'
            ) as quarantined,
            (
                select count(*) from control.decision
                where decision.organization_inn = listed.inn and decision.state = 'open'
            ) as decisions
    ) as waits
order by listed.name asc, listed.inn asc, product.product desc
