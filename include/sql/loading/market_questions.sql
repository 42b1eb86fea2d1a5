-- Run by publish of Kontur.Market for `decide_documents`: decisions about the organisation's documents of Market.
select
    decision_id,
    document_id,
    state = 'open' as is_open,
    resolution,
    kept ->> 'digest' as current_digest,
    held ->> 'digest' as proposed_digest
from control.decision
where document_id = any(%(documents)s::uuid[]) and organization_inn = %(inn)s and taken_back_at is null
