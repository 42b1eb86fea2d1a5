-- Run by publish after hold_asked: each is a row for a person, with the orders that it would make.
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
    md5(cast(told.facts as text)),
    shift.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object(
        'opened_at', staged.opened_at,
        'received_at', staged.received_at,
        'detail', staged.detail,
        'has_corrections', staged.has_corrections,
        'orders', coalesce(orders.of_shift, '[]')
    )
from held_back
inner join accounting.shift on held_back.shift_id = shift.shift_id
inner join stage.shift as staged on staged.batch_id = %(batch_id)s and held_back.shift_id = staged.shift_id
left join (
    select
        cash_order.shift_id,
        jsonb_agg(
            to_jsonb(cash_order)
            - cast('{batch_id, shard, fiscal_drive_number, shift_number, shift_id, day}' as text[])
        ) as of_shift
    from stage.cash_order
    inner join held_back as held on cash_order.shift_id = held.shift_id
    where cash_order.batch_id = %(batch_id)s
    group by cash_order.shift_id
) as orders on held_back.shift_id = orders.shift_id
cross join
    lateral (
        select accounting.shift_facts(shift) || jsonb_build_object('outcome', staged.outcome) as facts
    ) as told
on conflict (shift_id, kind) where state = 'open' do nothing
