-- Run by `smena cash-book`: what moved the cash of a cash book on a day: ПКО by number, then РКО by number, as each is a
-- series of its own, then reversals in the same order.
--
-- A decision may have reversed an order of a closed period on a later day (reversed_on): it moved the cash on its own
-- day, as that day's sheet once said, and back on the other. What a person rejected never moved any.
with told as (
    select
        cash_order.kind,
        cash_order.number,
        cash_order.date,
        cash_order.counterparty,
        case cash_order.kind when 'pko' then cash_order.credit_account else cash_order.debit_account end as account,
        cash_order.amount,
        cash_order.reversed_on,
        case
            when cash_order.status in ('new', 'accepted') then true
            when cash_order.reversed_on > cash_order.date
                then (
                    select former.status <> 'rejected'
                    from accounting.cash_order_history as former
                    where former.document_id = cash_order.document_id
                    order by former.archived_at desc, former.revision desc
                    limit 1
                )
            else false
        end as moved_cash
    from accounting.cash_order
    where
        cash_order.organization_inn = %(inn)s
        and cash_order.kpp = %(kpp)s
        and (cash_order.date = %(day)s or cash_order.reversed_on = %(day)s)
)

select
    kind,
    number::text as number,
    counterparty,
    account,
    amount,
    number as place,
    false as is_reversal
from told
where date = %(day)s and moved_cash
union all
select
    kind,
    number::text,
    counterparty,
    account,
    -amount,
    number,
    true
from told
where reversed_on = %(day)s and date < reversed_on and moved_cash
order by is_reversal, kind, place
