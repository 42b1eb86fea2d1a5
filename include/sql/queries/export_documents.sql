-- Run by `smena export` and the desk: documents with what cash orders and their shifts tell besides, in the order of the columns.
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
    and document.date >= coalesce(cast(%(first_day)s as date), '-infinity'::date)
    and document.date <= coalesce(cast(%(last_day)s as date), 'infinity'::date)
    and (cast(%(kind)s as text) is null or document.kind = %(kind)s)
    and (cast(%(status)s as text) is null or document.status = %(status)s)
    and (cast(%(source)s as text) is null or document.source = %(source)s)
    and (cast(%(kpp)s as text) is null or document.kpp = %(kpp)s)
    and (cast(%(number)s as text) is null or document.number = %(number)s)
order by
    document.date, document.kpp, document.kind, length(document.number), document.number, document.document_id
