-- Run by publish after settle_shifts: every decision is a row: what was held back, on which link and which evidence.
insert into control.decision (
    organization_inn, kind, shift_id, rival_id, reason, kept, held, digest, evidence, decided_by, batch_id,
    state, resolution, resolved_by, resolved_at, resolution_reason
)
select
    %(inn)s,
    'duplicate',
    told.shift_id,
    told.rival_id,
    told.reason,
    told.kept,
    told.held,
    told.digest,
    told.evidence,
    'rule',
    %(batch_id)s,
    'resolved',
    'keep-ofd',
    'rule',
    now(),
    told.reason as resolution_reason
from (
    select
        till_row.shift_id,
        fiscal_row.shift_id as rival_id,
        till_row.reason,
        accounting.shift_facts(fiscal_row) as kept,
        accounting.shift_facts(till_row) as held,
        md5(accounting.shift_facts(fiscal_row)::text || accounting.shift_facts(till_row)::text) as digest,
        till_row.evidence || fiscal_row.evidence as evidence
    from settled
    inner join accounting.shift as till_row on settled.shift_id = till_row.shift_id
    inner join accounting.shift as fiscal_row on settled.fiscal_id = fiscal_row.shift_id
    where settled.becomes = 'duplicate'
) as told
where
    not exists (
        select from control.decision
        where
            decision.shift_id = told.shift_id
            and decision.kind = 'duplicate'
            and decision.rival_id = told.rival_id
            and decision.digest = told.digest
    )
