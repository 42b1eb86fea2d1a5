-- Run by the pages: the newest batches of an integration, or those of an Airflow run.
select
    batch.batch_id,
    batch.organization_inn,
    organization.name,
    organization.timezone,
    batch.product,
    batch.run_id,
    batch.first_day,
    batch.last_day,
    batch.planned_at,
    batch.finished_at,
    batch.state,
    batch.summary,
    batch.allowed_at,
    batch.allowed_by
from control.batch
inner join control.organization on batch.organization_inn = organization.inn
where
    (cast(%(inn)s as text) is null or (batch.organization_inn = %(inn)s and batch.product = %(product)s))
    and (cast(%(run_id)s as text) is null or batch.run_id = %(run_id)s)
order by batch.batch_id desc
limit %(most)s
