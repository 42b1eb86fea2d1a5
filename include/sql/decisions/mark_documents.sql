-- Run by `smena accept`, `reject` and `unaccept`, under the lock: set the status of all; documents that have it already
-- stay.
-- reads: asked_document
with orders as (
    update accounting.cash_order
    set
        status = %(status)s,
        status_by = %(status_by)s,
        status_at = now(),
        status_reason = %(reason)s
    from asked_document
    where cash_order.document_id = asked_document.document_id and cash_order.status <> %(status)s
    returning cash_order.document_id
),

others as (
    update accounting.market_document
    set
        status = %(status)s,
        status_by = %(status_by)s,
        status_at = now(),
        status_reason = %(reason)s
    from asked_document
    where market_document.document_id = asked_document.document_id and market_document.status <> %(status)s
    returning market_document.document_id
)

select document_id from orders
union all
select document_id from others
