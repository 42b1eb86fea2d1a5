-- Run by publish of Kontur.Market for `decide_documents`: the documents of the batch, with digests of their whole
-- contents.
with lines as (
    select
        part.shard,
        part.kind,
        part.key,
        md5(
            string_agg((to_jsonb(part) - '{batch_id, shard, document_id}'::text[])::text, '|' order by part.line)
        ) as digest
    from stage.market_document_line as part
    where part.batch_id = %(batch_id)s
    group by part.shard, part.kind, part.key
)

select
    staged.shard,
    staged.kind,
    staged.key,
    staged.document_id,
    staged.shop_id,
    staged.day,
    staged.supplier_id,
    staged.paper_number,
    staged.paper_day,
    md5(
        concat_ws(
            '|', staged.number, staged.day, staged.counterparty, staged.counterparty_inn, staged.amount,
            staged.supplier_id, staged.paper_number, staged.paper_day, lines.digest
        )
    ) as digest
from stage.market_document as staged
left join lines on staged.shard = lines.shard and staged.kind = lines.kind and staged.key = lines.key
where staged.batch_id = %(batch_id)s
