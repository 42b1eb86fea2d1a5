-- Run by publish of Kontur.Market: it tells another thing now of a shift whose orders can no longer be revised.
insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, batch_id, proposal
)
select
    %(inn)s,
    'conflict',
    decided.shift_id,
    'Market tells another thing of a shift whose orders can no longer be revised',
    decided.stood_facts,
    decided.told_facts,
    decided.digest,
    staged.evidence,
    'rule',
    %(batch_id)s,
    jsonb_build_object('opened_at', staged.opened_at)
from stage.till_shift as staged
inner join decided on staged.shift_id = decided.shift_id
where staged.batch_id = %(batch_id)s and decided.verdict = 'conflict'
on conflict (shift_id, kind) where state = 'open' do nothing
