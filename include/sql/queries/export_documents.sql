-- Run by `smena export`: documents with what cash orders and their shifts tell besides, in the order of the columns.
select
    document.kind,
    document.number,
    document.date,
    document.organization_inn,
    document.kpp,
    document.counterparty,
    document.amount,
    cash_order.vat,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.operation,
    cash_order.basis,
    document.status,
    document.source,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    cash_order.revision,
    document.document_id::text as document_id
from accounting.document
left join accounting.cash_order on document.document_id = cash_order.document_id
left join accounting.shift on cash_order.shift_id = shift.shift_id
where
    document.organization_inn = %(inn)s
    and document.date between %(first_day)s and %(last_day)s
    and document.kind = coalesce(%(kind)s, document.kind)
order by document.date, document.kpp, length(document.number), document.number, document.document_id
