-- Run by the pages «Качество» and «Месяц»: when the last reconciliation of an organisation ended; null if there was none.
select max(finished_at) as reconciled_at
from control.batch
where organization_inn = %(inn)s and reason = 'reconcile' and state = 'published'
