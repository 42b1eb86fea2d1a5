-- Run by the read model of documents: documents of a filter with their shifts, in the order of an export's columns.
select
    document.kind,
    document.number,
    document.date,
    document.organization_inn,
    document.kpp,
    document.counterparty,
    document.amount,
    document.vat,
    document.debit_account,
    document.credit_account,
    document.operation,
    document.basis,
    document.status,
    document.source,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    case when document.shift_id is not null then document.revision end as revision,
    document.document_id::text as document_id
from
    accounting.documents(
        %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s,
        %(sales_point)s
    ) as document
left join accounting.shift on document.shift_id = shift.shift_id
order by document.date, document.kpp, document.kind, length(document.number), document.number, document.document_id
