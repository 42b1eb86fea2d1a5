-- Run by publish after meet_tills: the orders go over, each to the part of the fiscal shift that is like it.
with told as (
    select
        cash_order.document_id,
        meeting.fiscal_id,
        cash_order.operation,
        cash_order.taxation,
        cash_order.agent,
        row_number() over (
            partition by cash_order.shift_id, cash_order.operation
            order by cash_order.amount desc, cash_order.number asc
        ) as place
    from meeting
    inner join accounting.cash_order on meeting.till_id = cash_order.shift_id
    where not meeting.stays and cash_order.status <> 'reversed'
),

staged as (
    select
        cash_order.shift_id,
        cash_order.operation,
        cash_order.taxation,
        cash_order.agent,
        row_number() over (
            partition by cash_order.shift_id, cash_order.operation
            order by cash_order.amount desc, cash_order.taxation asc, cash_order.agent asc
        ) as place
    from stage.cash_order
    inner join meeting on cash_order.shift_id = meeting.fiscal_id
    where cash_order.batch_id = %(batch_id)s
),

goes as (
    select
        told.document_id,
        told.fiscal_id,
        coalesce(staged.taxation, told.taxation) as taxation,
        coalesce(staged.agent, told.agent) as agent,
        coalesce(max(former.issue) + 1, 1) as issue
    from told
    left join staged
        on told.fiscal_id = staged.shift_id and told.operation = staged.operation and told.place = staged.place
    left join accounting.cash_order as former
        on
            told.fiscal_id = former.shift_id
            and told.operation = former.operation
            and former.taxation = coalesce(staged.taxation, told.taxation)
            and former.agent = coalesce(staged.agent, told.agent)
    group by told.document_id, told.fiscal_id, staged.taxation, told.taxation, staged.agent, told.agent
)

update accounting.cash_order
set
    shift_id = goes.fiscal_id,
    source = 'ofd',
    taxation = goes.taxation,
    agent = goes.agent,
    issue = goes.issue,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s
from goes
where cash_order.document_id = goes.document_id
