-- Run by the pages and `smena explain`: former contents and former statuses of a document of Kontur.Market, with who
-- gave a status and why, the newest first.
select
    history.revision,
    cast(history.head ->> 'amount' as numeric(15, 2)) as amount,
    history.head ->> 'status' as status,
    history.head ->> 'status_by' as status_by,
    history.head ->> 'status_reason' as status_reason,
    history.archived_at
from accounting.market_document_history as history
where history.document_id = %(document_id)s
union all
select
    former.revision,
    coalesce(cast(history.head ->> 'amount' as numeric(15, 2)), document.amount) as amount,
    former.status,
    former.status_by,
    former.status_reason,
    former.archived_at
from accounting.market_document_status as former
inner join accounting.market_document as document on former.document_id = document.document_id
left join accounting.market_document_history as history
    on former.document_id = history.document_id and former.revision = history.revision
where former.document_id = %(document_id)s
order by archived_at desc, revision desc
limit 50
