-- Run by publish of Kontur.Market after market_told: documents and their lines; what was accepted waits for a person.
insert into accounting.market_document (
    document_id, kind, organization_inn, kpp, shop_id, number, date, counterparty, counterparty_inn, amount, supplier_id,
    paper_number, paper_date, waybill_ids, sources, digest, evidence, batch_id
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
where verdict = 'new';

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
    evidence = told.evidence,
    batch_id = %(batch_id)s,
    loaded_at = now()
from told_document as told
where told.verdict = 'changed' and stood.document_id = told.document_id;

update accounting.market_document as stood
set waybill_ids = told.waybill_ids, sources = told.sources, batch_id = %(batch_id)s
from told_document as told
where told.verdict = 'joined' and stood.document_id = told.document_id;

insert into accounting.market_document_line (
    document_id, line, payment_type, product_id, product_code, quantity, price, income, refund, amount
)
select
    told.document_id,
    part.line,
    part.payment_type,
    part.product_id,
    part.product_code,
    part.quantity * 0.001,
    part.price * 0.01,
    part.income * 0.01,
    part.refund * 0.01,
    part.amount * 0.01
from told_document as told
inner join stage.market_document_line as part
    on
        told.batch_id = part.batch_id
        and told.shard = part.shard
        and told.kind = part.kind
        and told.key = part.key
where told.verdict in ('new', 'changed');

-- Questions that Market has answered itself, or asks otherwise now.
update control.decision
set
    state = 'resolved',
    resolution = case when told.verdict = 'conflict' then 'superseded' else 'withdrawn' end,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'Market tells another thing now'
from told_document as told
where
    decision.document_id = told.document_id
    and decision.state = 'open'
    and (told.verdict <> 'conflict' or decision.held ->> 'digest' <> told.digest);

insert into control.decision (
    organization_inn, kind, document_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'conflict',
    told.document_id,
    'Market tells another thing of a document that was ' || told.status,
    jsonb_build_object(
        'kind', told.kind, 'number', told.stood ->> 'number', 'date', told.stood ->> 'date',
        'amount', told.stood -> 'amount', 'digest', told.stood ->> 'digest'
    ),
    jsonb_build_object(
        'kind', told.kind, 'number', told.number, 'date', told.day, 'amount', told.amount, 'digest', told.digest
    ),
    md5((told.stood ->> 'digest') || told.digest),
    told.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object(
        'head', to_jsonb(told) - cast('{stood, status, verdict, batch_id, shard, key}' as text[]),
        'lines', (
            select
                jsonb_agg(
                    to_jsonb(part) - cast('{batch_id, shard, kind, key, document_id}' as text[]) order by part.line
                )
            from stage.market_document_line as part
            where
                part.batch_id = told.batch_id and part.shard = told.shard and part.kind = told.kind
                and part.key = told.key
        )
    )
from told_document as told
where told.verdict = 'conflict'
on conflict (document_id) where state = 'open' do nothing
