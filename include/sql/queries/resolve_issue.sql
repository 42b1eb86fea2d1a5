-- Run by resolve after resolve_wanted: the orders get the next numbers of their series, by operation. ПКО and РКО of a
-- cash book (ИНН + КПП) and year are two series.
insert into accounting.cash_order (
    document_id,
    shift_id,
    organization_inn,
    kpp,
    kind,
    number,
    date,
    counterparty,
    amount,
    source,
    operation,
    taxation,
    agent,
    debit_account,
    credit_account,
    vat,
    vat_by_rate,
    basis,
    batch_id,
    issue,
    issued_decision_id
)
select
    accounting.order_id(
        wanted.shift_id, wanted.operation, wanted.taxation, wanted.agent, wanted.issue
    ),
    wanted.shift_id,
    wanted.inn,
    wanted.kpp,
    wanted.kind,
    coalesce(
        (
            select max(cash_order.number)
            from accounting.cash_order
            where
                cash_order.organization_inn = wanted.inn
                and cash_order.kpp = wanted.kpp
                and cash_order.kind = wanted.kind
                and cash_order.book_year = extract(year from wanted.day)::integer
        ),
        0
    ) + row_number() over (
        partition by wanted.inn, wanted.kpp, wanted.kind, extract(year from wanted.day)
        order by wanted.operation, wanted.taxation, wanted.agent
    ),
    wanted.day,
    'Розничные покупатели',
    wanted.amount,
    wanted.source,
    wanted.operation,
    wanted.taxation,
    wanted.agent,
    wanted.debit_account,
    wanted.credit_account,
    wanted.vat,
    wanted.vat_by_rate,
    wanted.basis,
    wanted.batch_id,
    wanted.issue,
    wanted.decision_id
from wanted_order as wanted
returning document_id, kind, number::text as number, date, amount
