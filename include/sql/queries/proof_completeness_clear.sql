-- Run by reconcile before proof_completeness: former verdicts about the window.
delete from control.completeness
where organization_inn = %(inn)s and day between %(first_day)s and %(last_day)s
