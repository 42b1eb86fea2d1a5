-- Run by publish: the booked orders of shifts whose orders may change or move to another shift; and orders that moved
-- from them before, as `moved`. These keep the id that they were issued with, so the next order needs another id.
-- reads: booked_shift, moved_shift
select
    cash_order.document_id::text as document_id,
    cash_order.shift_id::text as shift_id,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.issue,
    cash_order.number,
    (cash_order.amount * 100)::bigint as amount,
    cash_order.date as day,
    cash_order.status,
    cash_order.source,
    cash_order.reversed_decision_id is not null as is_reversed_by_decision,
    concat_ws(
        '|',
        (cash_order.amount * 100)::bigint,
        coalesce(((cash_order.vat * 100)::bigint)::text, '-'),
        coalesce(cash_order.vat_by_rate::text, '-'),
        cash_order.debit_account,
        cash_order.credit_account,
        cash_order.basis
    ) as contents,
    cash_order.revision
from accounting.cash_order
where
    cash_order.shift_id in (
        select booked_shift.shift_id from booked_shift
        where not booked_shift.is_first
        union
        select moved_shift.till_id from moved_shift
    )
union all
select
    former.document_id::text,
    former.shift_id::text,
    former.operation,
    former.taxation,
    former.agent,
    former.issue,
    former.number,
    (former.amount * 100)::bigint,
    former.date,
    'moved',
    former.source,
    true,
    '',
    former.revision
from accounting.cash_order_history as former
inner join accounting.cash_order as moved
    on former.document_id = moved.document_id and former.shift_id <> moved.shift_id
where
    former.shift_id in (
        select booked_shift.shift_id from booked_shift
        where not booked_shift.is_first
    )
