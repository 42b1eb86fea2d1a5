-- Run by reconcile before the source's new opening reports are written: delete those of the last reconciliation.
delete from control.source_opening
where organization_inn = %(inn)s
