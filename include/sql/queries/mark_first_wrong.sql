-- Run by `smena accept` and `smena reject`, under the lock: the first document that cannot be what is asked.
select
    asked_document.document_id,
    cash_order.kind,
    cash_order.number,
    cash_order.date,
    cash_order.status,
    closed_period.through
from asked_document
left join accounting.cash_order on asked_document.document_id = cash_order.document_id
left join control.closed_period
    on
        cash_order.organization_inn = closed_period.organization_inn
        and cash_order.date <= closed_period.through
where
    cash_order.document_id is null
    or (
        cash_order.status <> %(status)s
        and (not cash_order.status = any(%(allowed)s) or closed_period.through is not null)
    )
order by asked_document.place
limit 1
