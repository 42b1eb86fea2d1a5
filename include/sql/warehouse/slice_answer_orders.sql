-- Run by resolve: the orders of the decided shifts and of their counterparts; and orders that moved from such a shift
-- to another one, as `moved`, which keep the id that they were issued with; each by its decision.
select
    decision.decision_id,
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
    ''::text as contents,
    cash_order.revision
from control.decision
inner join accounting.cash_order on cash_order.shift_id in (decision.shift_id, decision.competing_shift_id)
where decision.decision_id = any(cast(%(decisions)s as bigint[]))
union all
select
    decision.decision_id,
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
from control.decision
inner join accounting.cash_order_history as former on decision.shift_id = former.shift_id
inner join accounting.cash_order as moved
    on former.document_id = moved.document_id and former.shift_id <> moved.shift_id
where decision.decision_id = any(cast(%(decisions)s as bigint[]))
