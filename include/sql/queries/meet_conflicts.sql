-- Run by publish after meet_staying_shifts: other sums are a row for a person to decide.
insert into control.decision (
    organization_inn, kind, shift_id, rival_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'conflict',
    fiscal_row.shift_id,
    till_row.shift_id as rival_id,
    fiscal_row.reason,
    accounting.shift_facts(till_row),
    accounting.shift_facts(fiscal_row) || jsonb_build_object('outcome', staged.outcome),
    md5(
        cast(accounting.shift_facts(till_row) as text) || cast(accounting.shift_facts(fiscal_row) as text)
    ),
    till_row.evidence || fiscal_row.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object(
        'opened_at', staged.opened_at,
        'received_at', staged.received_at,
        'detail', staged.detail,
        'has_corrections', staged.has_corrections,
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
