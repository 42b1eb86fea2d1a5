-- Run by publish: new orders get the next numbers of their series, in the order of their closing. ПКО and РКО of a cash
-- book (ИНН + КПП) and year are two series.
--
-- The last numbers are materialized: asked anew for each order, they would be looked for among the orders just written.
with fresh as (
    select target.*
    from target
    where
        target.verdict = 'new'
        or not exists (select from accounting.cash_order as stood where stood.document_id = target.document_id)
),

book as materialized (
    select
        used.kpp,
        used.kind,
        used.book_year,
        coalesce(
            (
                select max(cash_order.number)
                from accounting.cash_order
                where
                    cash_order.organization_inn = %(inn)s
                    and cash_order.kpp = used.kpp
                    and cash_order.kind = used.kind
                    and cash_order.book_year = used.book_year
            ),
            0
        ) as last_number
    from (select distinct kpp, kind, book_year from fresh) as used
)

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
    issue,
    batch_id
)
select
    fresh.document_id,
    fresh.shift_id,
    %(inn)s,
    fresh.kpp,
    fresh.kind,
    book.last_number + row_number() over (
        partition by fresh.kpp, fresh.kind, fresh.book_year
        order by
            fresh.closed_at, fresh.kkt_reg_id, fresh.fiscal_drive_number, fresh.shift_number,
            fresh.operation, fresh.taxation, fresh.agent
    ),
    fresh.day,
    'Розничные покупатели',
    fresh.amount,
    fresh.source,
    fresh.operation,
    fresh.taxation,
    fresh.agent,
    fresh.debit_account,
    fresh.credit_account,
    fresh.vat,
    fresh.vat_by_rate,
    fresh.basis,
    fresh.issue,
    %(batch_id)s
from fresh
inner join book on fresh.kpp = book.kpp and fresh.kind = book.kind and fresh.book_year = book.book_year
