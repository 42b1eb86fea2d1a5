-- Run by the desk: decisions that a form names, those in sight, with the answer that is recommended.
select
    decision_id,
    state,
    recommendation ->> 'word' as word
from control.decision
where decision_id = any(cast(%(decisions)s as bigint[]))
order by decision_id
