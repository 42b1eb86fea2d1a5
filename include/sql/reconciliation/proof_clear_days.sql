-- Run by reconcile before the source's new totals by day are written: delete those of the last reconciliation.
delete from control.source_day
where organization_inn = %(inn)s
