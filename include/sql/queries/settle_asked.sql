-- Run by publish after settle_answered: conflicts and shifts that wait are rows for a person to decide.
insert into control.decision (
    organization_inn, kind, shift_id, rival_id, reason, kept, held, digest, evidence, decided_by, batch_id
)
select
    %(inn)s,
    case settled.becomes when 'conflict' then 'conflict' else 'review' end,
    till_row.shift_id,
    fiscal_row.shift_id as rival_id,
    till_row.reason,
    case
        when settled.becomes = 'conflict' then accounting.shift_facts(fiscal_row)
        else '{}'::jsonb
    end,
    accounting.shift_facts(till_row),
    md5(coalesce(accounting.shift_facts(fiscal_row)::text, '') || accounting.shift_facts(till_row)::text),
    till_row.evidence || coalesce(fiscal_row.evidence, '{}'),
    'rule',
    %(batch_id)s
from settled
inner join accounting.shift as till_row on settled.shift_id = till_row.shift_id
left join accounting.shift as fiscal_row
    on settled.fiscal_id = fiscal_row.shift_id and settled.becomes = 'conflict'
where settled.becomes in ('conflict', 'needs_review')
on conflict (shift_id, kind) where state = 'open' do nothing
