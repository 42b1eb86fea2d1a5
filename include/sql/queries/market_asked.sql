-- Run by publish after market_answered: what was accepted and is told otherwise now waits for a person.
-- reads: told_document
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
        'lines', lines.of_document
    )
from told_document as told
left join (
    select
        part.shard,
        part.kind,
        part.key,
        jsonb_agg(
            to_jsonb(part) - cast('{batch_id, shard, kind, key, document_id}' as text[]) order by part.line
        ) as of_document
    from told_document as asked
    inner join stage.market_document_line as part
        on
            asked.batch_id = part.batch_id
            and asked.shard = part.shard
            and asked.kind = part.kind
            and asked.key = part.key
    where asked.verdict = 'conflict'
    group by part.shard, part.kind, part.key
) as lines on told.shard = lines.shard and told.kind = lines.kind and told.key = lines.key
where told.verdict = 'conflict'
on conflict (document_id) where state = 'open' do nothing
