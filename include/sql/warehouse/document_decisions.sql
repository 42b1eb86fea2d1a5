-- Run by the read model of documents: decisions about a document of Kontur.Market.
select
    decision.decision_id,
    decision.kind,
    decision.state,
    decision.reason,
    decision.resolution,
    decision.resolved_by,
    decision.resolution_reason
from control.decision
where decision.document_id = %(document_id)s
order by decision.decision_id
