-- Run by match after match_withdrawn: a shift that needs a look is a row for a person to decide.
insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, batch_id
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
    %(batch_id)s
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
where
    staged.batch_id = %(batch_id)s
    and decided.verdict in ('new', 'changed')
    and decided.outcome = 'needs_review'
on conflict (shift_id, kind) where state = 'open' do nothing
