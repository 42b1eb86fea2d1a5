-- Run by the page «Решения»: the answers that a person gave together with one, and has not taken back.
select together.decision_id
from control.decision as one
inner join control.decision as together
    on
        one.resolved_at = together.resolved_at
        and one.resolved_by = together.resolved_by
        and together.state = 'resolved'
        and together.resolved_by <> 'rule'
where one.decision_id = %(decision_id)s and together.taken_back_at is null
order by together.decision_id
