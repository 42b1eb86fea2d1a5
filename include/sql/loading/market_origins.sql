-- Run by publish of Kontur.Market for `decide_documents`: the sources of the staged waybills, the best one first.
select
    staged.shard,
    staged.kind,
    staged.key,
    origin.place,
    origin.source,
    origin.waybill_id
from stage.market_document as staged
cross join
    lateral unnest(staged.sources, staged.waybill_ids) with ordinality as origin (source, waybill_id, place)
where staged.batch_id = %(batch_id)s
