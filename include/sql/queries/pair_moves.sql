-- Run by publish of the OFD after pair_hold: orders that Market told of first go over to the fiscal shift that is the same.
--
-- The OFD wins: an order that is still new takes its sums, one that was accepted keeps its contents and must be equal. In a
-- closed period nothing moves: equal, the fiscal shift is the duplicate; different, a person decides.
create temporary table meeting on commit drop as
select
    pairing.till_id,
    pairing.fiscal_id,
    pairing.is_equal or pairing.is_rounded as is_same,
    decided.outcome,
    coalesce(fiscal_row.order_date <= closed_period.through, false)
    or bool_or(cash_order.date <= coalesce(closed_period.through, '-infinity')) as is_closed,
    bool_or(cash_order.status in ('accepted', 'rejected')) as is_marked
from pairing
inner join decided on pairing.fiscal_id = decided.shift_id
inner join accounting.shift as fiscal_row on pairing.fiscal_id = fiscal_row.shift_id
inner join accounting.cash_order on pairing.till_id = cash_order.shift_id
left join control.closed_period on closed_period.organization_inn = %(inn)s
where
    not pairing.is_crowded
    and decided.verdict in ('new', 'changed')
    and decided.outcome in ('issued', 'no_cash', 'closed_period')
    and cash_order.status <> 'reversed'
    -- Where both are booked already, neither goes over: the rule of settle_outcomes.
    and not exists (
        select from accounting.cash_order as own
        where own.shift_id = pairing.fiscal_id and own.status <> 'reversed'
    )
group by
    pairing.till_id, pairing.fiscal_id, pairing.is_equal, pairing.is_rounded, decided.outcome,
    fiscal_row.order_date, closed_period.through;

alter table meeting add column stays boolean;

update meeting
set stays = is_closed or outcome = 'closed_period' or (is_marked and not is_same);

update accounting.shift
set same_as = meeting.fiscal_id
from meeting
where shift.shift_id = meeting.till_id and not meeting.stays and shift.same_as is distinct from meeting.fiscal_id;

with told as (
    select
        cash_order.document_id,
        meeting.fiscal_id,
        cash_order.operation,
        row_number() over (
            partition by cash_order.shift_id, cash_order.operation order by cash_order.amount desc, cash_order.number
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
            order by cash_order.amount desc, cash_order.taxation, cash_order.agent
        ) as place
    from stage.cash_order
    inner join meeting on cash_order.shift_id = meeting.fiscal_id
    where cash_order.batch_id = %(batch_id)s
)

update accounting.cash_order
set
    shift_id = told.fiscal_id,
    source = 'ofd',
    taxation = coalesce(staged.taxation, cash_order.taxation),
    agent = coalesce(staged.agent, cash_order.agent),
    issue = coalesce(
        (
            select max(former.issue) + 1
            from accounting.cash_order as former
            where
                former.shift_id = told.fiscal_id
                and former.operation = told.operation
                and former.taxation = coalesce(staged.taxation, cash_order.taxation)
                and former.agent = coalesce(staged.agent, cash_order.agent)
        ),
        1
    ),
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s
from told
left join staged
    on told.fiscal_id = staged.shift_id and told.operation = staged.operation and told.place = staged.place
where cash_order.document_id = told.document_id;

update decided
set verdict = 'confirmed'
from meeting
where decided.shift_id = meeting.fiscal_id and not meeting.stays;

-- What stays booked from Market.
update decided
set
    verdict = 'changed',
    outcome = case when meeting.is_same then 'duplicate' when meeting.is_closed then 'closed_period' else 'conflict' end,
    reason = case
        when meeting.is_same then 'booked from Market, in a period that is closed'
        when meeting.is_closed then 'booked from Market with other sums, in a period that is closed'
        else 'booked and accepted from Market with other sums; a person decides'
    end
from meeting
where decided.shift_id = meeting.fiscal_id and meeting.stays;

update accounting.shift
set outcome = decided.outcome, reason = decided.reason, same_as = meeting.till_id
from meeting
inner join decided on meeting.fiscal_id = decided.shift_id
where shift.shift_id = meeting.fiscal_id and meeting.stays;

insert into control.decision (
    organization_inn, kind, shift_id, rival_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'conflict',
    fiscal_row.shift_id,
    till_row.shift_id,
    fiscal_row.reason,
    accounting.shift_facts(till_row),
    accounting.shift_facts(fiscal_row) || jsonb_build_object('outcome', staged.outcome),
    md5(accounting.shift_facts(till_row)::text || accounting.shift_facts(fiscal_row)::text),
    till_row.evidence || fiscal_row.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object(
        'opened_at', staged.opened_at,
        'received_at', staged.received_at,
        'detail', staged.detail,
        'orders', (
            select
                coalesce(
                    jsonb_agg(
                        to_jsonb(cash_order)
                        - cast('{batch_id, shard, fiscal_drive_number, shift_number, shift_id, day}' as text[])
                    ),
                    '[]'
                )
            from stage.cash_order
            where cash_order.batch_id = %(batch_id)s and cash_order.shift_id = staged.shift_id
        )
    )
from meeting
inner join accounting.shift as fiscal_row on meeting.fiscal_id = fiscal_row.shift_id
inner join accounting.shift as till_row on meeting.till_id = till_row.shift_id
inner join stage.shift as staged on staged.batch_id = %(batch_id)s and meeting.fiscal_id = staged.shift_id
where meeting.stays and not meeting.is_same
on conflict (shift_id, kind) where state = 'open' do nothing
