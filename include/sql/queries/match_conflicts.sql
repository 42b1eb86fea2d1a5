-- Run by match after match_withdrawn: a conflict is a row for a person to decide; the same difference is told once. What
-- the held side would make of the shift is kept with it: the stage is emptied after the batch.
insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'conflict',
    decided.shift_id,
    'the source tells another thing of a shift whose orders can no longer be revised',
    decided.stood_facts,
    decided.told_facts,
    decided.digest,
    staged.evidence,
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
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
where staged.batch_id = %(batch_id)s and decided.verdict = 'conflict'
on conflict (shift_id, kind) where state = 'open' do nothing
