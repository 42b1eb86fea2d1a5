-- Run by taking answers back: the organisations to lock, always in the same order.
-- reads: asked_answer
select distinct decision.organization_inn
from asked_answer
inner join control.decision on asked_answer.decision_id = decision.decision_id
order by decision.organization_inn
