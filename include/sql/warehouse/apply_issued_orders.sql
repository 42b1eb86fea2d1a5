-- Run by publish, last of the orders, and by resolve: issue new orders with the next numbers of their series, in the
-- order of their closing. ПКО and РКО of a cash book (ИНН + КПП) and year are two series.
--
-- The last numbers are materialized: looked up for each order, they would be searched among the orders just written.
-- reads: booked_shift, change_order, proposed_order
with proposed as (
    select
        cash_order.shift_id,
        1 as issue,
        cash_order.kind,
        cash_order.operation,
        cash_order.taxation,
        cash_order.agent,
        cash_order.day,
        cash_order.amount,
        cash_order.vat,
        cash_order.vat_by_rate,
        cash_order.debit_account,
        cash_order.credit_account,
        cash_order.basis,
        null::bigint as decision_id
    from booked_shift
    inner join stage.cash_order on booked_shift.shift_id = cash_order.shift_id
    where booked_shift.is_first and booked_shift.is_booked and cash_order.batch_id = %(batch_id)s
    union all
    select
        change_order.shift_id,
        change_order.issue,
        proposed_order.kind,
        proposed_order.operation,
        proposed_order.taxation,
        proposed_order.agent,
        proposed_order.day,
        proposed_order.amount,
        proposed_order.vat,
        proposed_order.vat_by_rate,
        proposed_order.debit_account,
        proposed_order.credit_account,
        proposed_order.basis,
        change_order.decision_id
    from change_order
    inner join proposed_order
        on
            change_order.shift_id = proposed_order.shift_id
            and change_order.operation = proposed_order.operation
            and change_order.taxation = proposed_order.taxation
            and change_order.agent = proposed_order.agent
    where change_order.action = 'issue'
),

fresh as (
    select
        proposed.*,
        extract(year from proposed.day)::integer as book_year,
        shift.kpp,
        shift.sales_point,
        shift.source,
        shift.closed_at,
        coalesce(shift.kkt_reg_id, shift.cashbox_id) as register,
        coalesce(shift.fiscal_drive_number, shift.till_shift) as series,
        shift.shift_number,
        coalesce(decision.batch_id, %(batch_id)s) as batch_id
    from proposed
    inner join accounting.shift on proposed.shift_id = shift.shift_id
    left join control.decision on proposed.decision_id = decision.decision_id
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
    document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, operation, taxation,
    agent, debit_account, credit_account, vat, vat_by_rate, basis, issue, batch_id,
    issued_decision_id, sales_point
)
select
    accounting.order_id(fresh.shift_id, fresh.operation, fresh.taxation, fresh.agent, fresh.issue),
    fresh.shift_id,
    %(inn)s,
    fresh.kpp,
    fresh.kind,
    book.last_number + row_number() over (
        partition by fresh.kpp, fresh.kind, fresh.book_year
        order by
            fresh.closed_at, fresh.register, fresh.series, fresh.shift_number, fresh.operation, fresh.taxation,
            fresh.agent
    ),
    fresh.day,
    'Розничные покупатели',
    fresh.amount * 0.01,
    fresh.source,
    fresh.operation,
    fresh.taxation,
    fresh.agent,
    fresh.debit_account,
    fresh.credit_account,
    fresh.vat * 0.01,
    fresh.vat_by_rate,
    fresh.basis,
    fresh.issue,
    fresh.batch_id,
    fresh.decision_id,
    fresh.sales_point
from fresh
inner join book on fresh.kpp = book.kpp and fresh.kind = book.kind and fresh.book_year = book.book_year
