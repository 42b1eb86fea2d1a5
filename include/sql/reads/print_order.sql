-- Run by the read model of documents: cash orders with the fields of their forms.
select
    cash_order.document_id,
    cash_order.kind,
    cash_order.number::text as number,
    cash_order.date,
    cash_order.organization_inn,
    organization.name as organization,
    cash_order.kpp,
    cash_order.counterparty,
    cash_order.amount,
    cash_order.vat,
    cash_order.vat_by_rate,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.basis,
    cash_order.status,
    organization.okpo,
    organization.head_position,
    organization.head_name,
    organization.chief_accountant,
    organization.cashier
from accounting.cash_order
inner join control.organization on cash_order.organization_inn = organization.inn
where cash_order.document_id = any(cast(%(documents)s as uuid[]))
order by organization.name, cash_order.organization_inn, cash_order.date, cash_order.kind, cash_order.number
