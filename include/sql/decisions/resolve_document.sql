-- Run by resolve: give documents the contents that Market now reports, and the status new; a trigger stores the former
-- ones.
update accounting.market_document as document
set
    number = proposed.number,
    date = proposed.day,
    counterparty = proposed.counterparty,
    counterparty_inn = proposed.counterparty_inn,
    amount = proposed.amount,
    supplier_id = proposed.supplier_id,
    paper_number = proposed.paper_number,
    paper_date = proposed.paper_day,
    waybill_ids = proposed.waybill_ids,
    sources = proposed.sources,
    digest = proposed.digest,
    status = 'new',
    status_by = %(resolved_by)s,
    status_at = now(),
    status_reason = %(reason)s,
    evidence = decision.evidence,
    batch_id = decision.batch_id,
    loaded_at = now()
from control.decision
cross join
    lateral jsonb_to_record(decision.proposal -> 'head') as proposed (
        number text, day date, counterparty text, counterparty_inn text, amount numeric, supplier_id text,
        paper_number text, paper_day date, waybill_ids text[], sources text[], digest text
    )
where decision.decision_id = any(cast(%(decisions)s as bigint[])) and document.document_id = decision.document_id
