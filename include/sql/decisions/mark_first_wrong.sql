-- Run by `smena accept`, `reject` and `unaccept`, under the lock: the first document whose status does not allow the
-- change.
-- reads: asked_document
select
    asked_document.document_id,
    document.kind,
    document.number,
    document.date,
    document.status,
    document.status_by,
    document.status_at,
    document.status_reason,
    closed_period.through
from asked_document
left join accounting.document on asked_document.document_id = document.document_id
left join control.closed_period
    on
        document.organization_inn = closed_period.organization_inn
        and document.date <= closed_period.through
where
    document.document_id is null
    or (
        (document.status <> %(status)s or not %(again)s)
        and (not document.status = any(%(allowed)s) or closed_period.through is not null)
    )
order by asked_document.place
limit 1
