-- Run by the page of a batch: the batch, if it is in sight, how many of its rules passed, why it was stopped and what a
-- person has allowed.
select
    batch.batch_id,
    batch.organization_inn,
    organization.name,
    organization.timezone,
    batch.product,
    batch.run_id,
    batch.first_day,
    batch.last_day,
    batch.state,
    coalesce(batch.summary ->> 'stopped', '') as stopped,
    (batch.summary ->> 'changed_orders')::bigint as changed_orders,
    batch.allowed_changes,
    batch.allowed_by,
    batch.allowed_at,
    batch.allowed_reason,
    found.rules,
    found.broken
from control.batch
inner join control.organization on batch.organization_inn = organization.inn
cross join
    lateral (
        select
            count(*) as rules,
            count(*) filter (where not rule.success) as broken
        from (
            select bool_and(check_result.success) as success
            from control.check_result
            where check_result.batch_id = batch.batch_id
            group by check_result.suite, check_result.expectation
        ) as rule
    ) as found
where batch.batch_id = %(batch_id)s
