-- Run by resolve: documents take what Market tells now, and are new again; the guard keeps the former contents.
update accounting.market_document as stood
set
    number = told.number,
    date = told.day,
    counterparty = told.counterparty,
    counterparty_inn = told.counterparty_inn,
    amount = told.amount,
    supplier_id = told.supplier_id,
    paper_number = told.paper_number,
    paper_date = told.paper_day,
    waybill_ids = told.waybill_ids,
    sources = told.sources,
    digest = told.digest,
    status = 'new',
    status_by = %(resolved_by)s,
    status_at = now(),
    status_reason = %(reason)s,
    evidence = decision.evidence,
    batch_id = decision.batch_id,
    loaded_at = now()
from control.decision
cross join
    lateral jsonb_to_record(decision.proposal -> 'head') as told (
        number text, day date, counterparty text, counterparty_inn text, amount numeric, supplier_id text,
        paper_number text, paper_day date, waybill_ids text[], sources text[], digest text
    )
where decision.decision_id = any(cast(%(decisions)s as bigint[])) and stood.document_id = decision.document_id
