-- Run by publish of Kontur.Market after market_told: documents and their lines; what was accepted waits for a person.
-- reads: told_document
insert into accounting.market_document (
    document_id, kind, organization_inn, kpp, shop_id, number, date, counterparty, counterparty_inn, amount,
    supplier_id, paper_number, paper_date, waybill_ids, sources, digest, evidence, batch_id
)
select
    document_id,
    kind,
    %(inn)s,
    kpp,
    shop_id,
    number,
    day,
    counterparty,
    counterparty_inn,
    amount,
    supplier_id,
    paper_number,
    paper_day,
    waybill_ids,
    sources,
    digest,
    evidence,
    %(batch_id)s
from told_document
where verdict = 'new'
