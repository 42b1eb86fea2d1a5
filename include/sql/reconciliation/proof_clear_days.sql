-- Run by reconcile before what the source tells now is written: what it told the last time.
delete from control.source_day
where organization_inn = %(inn)s
