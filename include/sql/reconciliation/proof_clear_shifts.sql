-- Run by reconcile before the source's new totals by shift are written: delete those of the last reconciliation.
delete from control.source_shift
where organization_inn = %(inn)s
