-- Run by reconcile before proof_completeness: delete former verdicts about the window, and about days that are not over
-- yet, which came from a run whose clock was ahead.
delete from control.completeness
where organization_inn = %(inn)s and (day between %(first_day)s and %(last_day)s or day > %(newest_day)s)
