-- Run by the desk: what a document of Kontur.Market said before, the newest first.
select
    history.revision,
    cast(history.head ->> 'amount' as numeric(15, 2)) as amount,
    history.head ->> 'status' as status,
    history.head ->> 'status_by' as status_by,
    history.head ->> 'status_reason' as status_reason,
    history.archived_at
from accounting.market_document_history as history
where history.document_id = %(document_id)s
order by history.revision desc
limit 50
