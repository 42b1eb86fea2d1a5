-- Run by the pages: the decisions in sight of those that a form names, with their recommended answers.
select
    decision_id,
    state,
    recommendation ->> 'word' as word
from control.decision
where decision_id = any(cast(%(decisions)s as bigint[]))
order by decision_id
