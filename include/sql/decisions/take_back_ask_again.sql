-- Run by taking answers back, last: open the same questions again, each as a new row.
-- reads: asked_answer
insert into control.decision (
    organization_inn, kind, shift_id, competing_shift_id, document_id, reason, kept, held, proposal,
    recommendation, digest,
    evidence, decided_by, batch_id
)
select
    decision.organization_inn,
    decision.kind,
    decision.shift_id,
    decision.competing_shift_id,
    decision.document_id,
    decision.reason,
    decision.kept,
    decision.held,
    decision.proposal,
    decision.recommendation,
    decision.digest,
    decision.evidence,
    decision.decided_by,
    decision.batch_id
from asked_answer
inner join control.decision on asked_answer.decision_id = decision.decision_id
order by decision.decision_id
returning decision_id
