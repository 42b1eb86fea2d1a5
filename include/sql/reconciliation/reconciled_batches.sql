-- Run by the report of a reconciliation: the result for each organisation of a run, the newest attempt of each.
select distinct on (organization_inn)
    organization_inn,
    batch_id,
    state,
    summary
from control.batch
where run_id = %(run_id)s and reason = 'reconcile'
order by organization_inn asc, batch_id desc
