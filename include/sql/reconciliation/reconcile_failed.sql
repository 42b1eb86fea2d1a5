-- Run by the daily reconciliation: add a stopped batch with the reason for an organisation that failed before its batch
-- was opened, unless its newest batch of this run already has the reason.
insert into control.batch (
    organization_inn, product, run_id, reason, detail, first_day, last_day, state, finished_at, summary
)
select
    organization.inn,
    'ofd' as product,
    %(run_id)s::text,
    'reconcile' as reason,
    organization.detail,
    %(last_day)s::date as first_day,
    %(last_day)s::date as last_day,
    'stopped' as state,
    now() as finished_at,
    jsonb_build_object('stopped', %(reason)s::text) as summary
from control.organization
where
    organization.inn = %(inn)s
    and %(reason)s::text is distinct from (
        select batch.summary ->> 'stopped'
        from control.batch
        where
            batch.organization_inn = organization.inn
            and batch.run_id = %(run_id)s
            and batch.reason = 'reconcile'
        order by batch.batch_id desc
        limit 1
    )
