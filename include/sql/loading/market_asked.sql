-- Run by publish of Kontur.Market after market_answered: ask a person about accepted documents that Market reports
-- differently.
-- reads: decided_document
insert into control.decision (
    organization_inn, kind, document_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal,
    recommendation
)
select
    %(inn)s,
    'conflict',
    decided.document_id,
    decided.question,
    jsonb_build_object(
        'kind', decided.kind, 'number', current.number, 'date', current.date, 'amount', current.amount,
        'digest', current.digest
    ),
    jsonb_build_object(
        'kind', decided.kind, 'number', staged.number, 'date', staged.day, 'amount', head.amount,
        'digest', decided.digest
    ),
    md5(current.digest || decided.digest),
    staged.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object(
        'head',
        jsonb_build_object(
            'document_id', decided.document_id, 'kind', decided.kind, 'shop_id', staged.shop_id,
            'number', staged.number, 'day', staged.day, 'counterparty', staged.counterparty,
            'counterparty_inn', staged.counterparty_inn, 'amount', head.amount, 'supplier_id', staged.supplier_id,
            'paper_number', staged.paper_number, 'paper_day', staged.paper_day, 'evidence', staged.evidence,
            'digest', decided.digest, 'kpp', current.kpp, 'sources', decided.sources,
            'waybill_ids', decided.waybill_ids
        ),
        'lines', lines.of_document
    ),
    jsonb_build_object('word', decided.advised_word, 'reason', decided.advised_because)
from decided_document as decided
inner join accounting.market_document as current
    on
        decided.document_id = current.document_id
        and decided.current_revision = current.revision
        and decided.current_digest = current.digest
inner join stage.market_document as staged
    on
        staged.batch_id = %(batch_id)s
        and decided.shard = staged.shard
        and decided.kind = staged.kind
        and decided.key = staged.key
cross join lateral (select cast(staged.amount * 0.01 as numeric(15, 2)) as amount) as head
left join (
    select
        part.shard,
        part.kind,
        part.key,
        jsonb_agg(
            to_jsonb(part) - cast('{batch_id, shard, kind, key, document_id}' as text[]) order by part.line
        ) as of_document
    from decided_document as asked
    inner join stage.market_document_line as part
        on
            part.batch_id = %(batch_id)s
            and asked.shard = part.shard
            and asked.kind = part.kind
            and asked.key = part.key
    where asked.question is not null
    group by part.shard, part.kind, part.key
) as lines on decided.shard = lines.shard and decided.kind = lines.kind and decided.key = lines.key
where decided.question is not null
