-- Run by publish of the OFD after pair_strangers: shifts of this batch that a till shift with orders of its own could be,
-- though nothing links the two, wait for a person or for a link. Never two orders by guess.
create temporary table held_back on commit drop as
select
    decided.shift_id,
    (array_agg(till.shift_id order by till.shift_id))[1] as till_id
from decided
inner join doubtful on decided.shift_id = doubtful.fiscal_id
inner join till on doubtful.till_id = till.shift_id
where
    decided.verdict in ('new', 'changed')
    and decided.outcome = 'issued'
    and exists (
        select from accounting.cash_order
        where cash_order.shift_id = till.shift_id and cash_order.status in ('new', 'accepted')
    )
    and not exists (
        select from accounting.cash_order
        where cash_order.shift_id = decided.shift_id and cash_order.status in ('new', 'accepted')
    )
group by decided.shift_id;

update decided
set outcome = 'needs_review', reason = 'Market has booked a shift of that time, and no link tells whether it is this one'
from held_back
where decided.shift_id = held_back.shift_id;

update accounting.shift
set outcome = decided.outcome, reason = decided.reason
from held_back
inner join decided on held_back.shift_id = decided.shift_id
where shift.shift_id = held_back.shift_id;

insert into control.decision (
    organization_inn, kind, shift_id, rival_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'review',
    shift.shift_id,
    held_back.till_id,
    shift.reason,
    '{}',
    told.facts,
    md5(told.facts::text),
    shift.evidence,
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
from held_back
inner join accounting.shift on held_back.shift_id = shift.shift_id
inner join stage.shift as staged on staged.batch_id = %(batch_id)s and held_back.shift_id = staged.shift_id
cross join
    lateral (
        select accounting.shift_facts(shift) || jsonb_build_object('outcome', staged.outcome) as facts
    ) as told
on conflict (shift_id, kind) where state = 'open' do nothing
