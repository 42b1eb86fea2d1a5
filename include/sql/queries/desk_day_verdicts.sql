-- Run by the desk, one day: what the last reconciliation found of each register, those that are not complete first.
select
    completeness.kkt_reg_id,
    completeness.verdict,
    completeness.reason,
    completeness.missing,
    completeness.shifts,
    completeness.checked_at
from control.completeness
where
    completeness.organization_inn = %(inn)s
    and completeness.day = %(day)s
    and %(product)s = 'ofd'
    and (%(register)s = '' or completeness.kkt_reg_id = %(register)s)
order by
    array_position(
        array['missing', 'out_of_reach', 'offline', 'open', 'complete', 'disabled'], completeness.verdict
    ),
    completeness.kkt_reg_id
limit %(most)s
