-- Run by the read model of documents: one document.
select
    document.document_id::text as document_id,
    document.kind,
    document.number,
    document.date,
    document.organization_inn,
    document.kpp,
    document.counterparty,
    document.amount,
    document.source,
    document.status,
    document.loaded_at,
    document.batch_id,
    document.status_by,
    document.status_at,
    document.status_reason,
    document.revision,
    document.shift_id::text as shift_id,
    document.operation,
    document.debit_account,
    document.credit_account,
    document.vat,
    document.basis,
    document.shop_id,
    document.sales_point
from accounting.document
where document.document_id = %(document_id)s
