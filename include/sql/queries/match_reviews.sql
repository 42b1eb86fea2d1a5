-- Run by match after match_withdrawn: a shift that needs a look is a row for a person to decide; where it was never
-- closed, with the orders that its receipts would make.
insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'review',
    decided.shift_id,
    coalesce(decided.reason, ''),
    '{}',
    decided.told_facts,
    md5(decided.told_facts::text),
    staged.evidence,
    'rule',
    %(batch_id)s,
    case
        -- The orders that its receipts make, with their tax systems and VAT.
        when staged.fiscal_document_number is null and staged.outcome in ('issued', 'no_cash')
            then
                jsonb_build_object(
                    'opened_at', staged.opened_at,
                    'received_at', staged.received_at,
                    'detail', staged.detail,
                    'orders', (
                        select
                            coalesce(
                                jsonb_agg(
                                    to_jsonb(cash_order)
                                    - array[
                                        'batch_id', 'shard', 'fiscal_drive_number', 'shift_number', 'shift_id', 'day'
                                    ]
                                ),
                                '[]'
                            )
                        from stage.cash_order
                        where cash_order.batch_id = %(batch_id)s and cash_order.shift_id = staged.shift_id
                    )
                )
    end
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
where
    staged.batch_id = %(batch_id)s
    and decided.verdict in ('new', 'changed')
    and decided.outcome = 'needs_review'
on conflict (shift_id, kind) where state = 'open' do nothing
