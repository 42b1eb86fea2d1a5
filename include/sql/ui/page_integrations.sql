-- Run by the page «Интеграции»: a page of organisations in sight, each product with its last batch and the certificate.
with listed as (
    select
        organization.inn,
        organization.name,
        organization.timezone
    from control.organizations_page(%(search)s, %(after_name)s, %(after_inn)s, %(most)s) as organization
)

select
    listed.inn,
    listed.name,
    listed.timezone,
    product.product,
    certificate.valid_to as certificate_to,
    certificate.valid_to < now() as certificate_ended,
    certificate.valid_to < now() + interval '30 days' as certificate_ends_soon,
    batch.run_id,
    batch.state as batch_state,
    batch.planned_at
from listed
cross join control.product
left join lateral (
    select certificate.valid_to
    from control.certificate
    where certificate.organization_inn = listed.inn
    order by certificate.certificate_id desc
    limit 1
) as certificate on true
left join lateral (
    select
        batch.run_id,
        batch.state,
        batch.planned_at
    from control.batch
    -- A load of today says nothing about whether the days that are over could be loaded.
    where
        batch.organization_inn = listed.inn
        and batch.product = product.product
        and batch.reason <> 'same_day'
    order by batch.batch_id desc
    limit 1
) as batch on true
order by listed.name asc, listed.inn asc, product.product desc
