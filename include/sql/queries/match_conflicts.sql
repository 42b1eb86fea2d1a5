-- Run by match: a conflict is a row for a person to decide; the same difference is told once.
insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, batch_id
)
select
    %(inn)s,
    'conflict',
    stood.shift_id,
    'the source tells other sums of a shift whose orders can no longer be revised',
    jsonb_build_object(
        'cash_income', stood.cash_income, 'cash_refund', stood.cash_refund, 'cash_payout', stood.cash_payout,
        'cash_payout_refund', stood.cash_payout_refund, 'cashless_income', stood.cashless_income,
        'cashless_refund', stood.cashless_refund, 'receipts', stood.receipts, 'order_date', stood.order_date
    ),
    held.facts,
    md5(held.facts::text),
    staged.evidence,
    'rule',
    %(batch_id)s
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
inner join accounting.shift as stood on staged.shift_id = stood.shift_id
cross join
    lateral (
        select
            jsonb_build_object(
                'cash_income', (staged.cash_income * 0.01)::numeric(15, 2),
                'cash_refund', (staged.cash_refund * 0.01)::numeric(15, 2),
                'cash_payout', (staged.cash_payout * 0.01)::numeric(15, 2),
                'cash_payout_refund', (staged.cash_payout_refund * 0.01)::numeric(15, 2),
                'cashless_income', (staged.cashless_income * 0.01)::numeric(15, 2),
                'cashless_refund', (staged.cashless_refund * 0.01)::numeric(15, 2),
                'receipts', staged.receipts,
                'order_date', staged.order_day,
                'outcome', staged.outcome
            ) as facts
    ) as held
where staged.batch_id = %(batch_id)s and decided.verdict = 'conflict'
on conflict (shift_id, kind, digest) do nothing
