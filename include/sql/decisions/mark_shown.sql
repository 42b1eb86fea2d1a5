-- Run by the pages before documents are marked, and by mark under the lock: by kind, and for all (kind is empty), the
-- count and sum of the requested documents, the count and sum of those that would change, and a hash of all contents.
-- Loading a document again, or changing its status, changes the hash.
-- reads: asked_document
select
    document.kind,
    count(*) as documents,
    sum(document.amount) as whole_amount,
    count(*) filter (where document.status <> %(status)s) as changing,
    count(document.amount) filter (where document.status <> %(status)s) as with_amount,
    coalesce(sum(document.amount) filter (where document.status <> %(status)s), 0)::numeric(17, 2) as amount,
    md5(
        coalesce(
            string_agg(
                concat_ws(
                    '|', document.document_id, document.status, document.amount, document.date, document.batch_id,
                    extract(epoch from document.loaded_at)
                ),
                ',' order by document.document_id
            ),
            ''
        )
    ) as digest
from asked_document
inner join accounting.document on asked_document.document_id = document.document_id
group by rollup (document.kind)
order by document.kind nulls last
