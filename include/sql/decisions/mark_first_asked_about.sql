-- Run by `smena unaccept`, under the lock: the first document with an open decision about it or its shift.
-- reads: asked_document
with open_decision as (
    select
        decision.decision_id,
        decision.document_id
    from control.decision
    where decision.state = 'open' and decision.document_id is not null
    union all
    select
        decision.decision_id,
        cash_order.document_id
    from control.decision
    inner join accounting.cash_order on cash_order.shift_id in (decision.shift_id, decision.competing_shift_id)
    where decision.state = 'open'
)

select
    asked_document.document_id,
    document.kind,
    document.number,
    document.date,
    open_decision.decision_id
from asked_document
inner join open_decision on asked_document.document_id = open_decision.document_id
inner join accounting.document on asked_document.document_id = document.document_id
order by asked_document.place, open_decision.decision_id
limit 1
