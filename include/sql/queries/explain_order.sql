-- Run by `smena explain`: one cash order with the shift it stands on.
select
    cash_order.document_id,
    cash_order.kind,
    cash_order.number,
    cash_order.date,
    cash_order.organization_inn,
    cash_order.kpp,
    cash_order.counterparty,
    cash_order.amount,
    cash_order.vat,
    cash_order.vat_by_rate,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.basis,
    cash_order.status,
    cash_order.revision,
    cash_order.source,
    cash_order.batch_id,
    cash_order.loaded_at,
    to_jsonb(shift) - 'evidence' as shift,
    shift.evidence
from accounting.cash_order
inner join accounting.shift on cash_order.shift_id = shift.shift_id
where cash_order.document_id = %(document_id)s
