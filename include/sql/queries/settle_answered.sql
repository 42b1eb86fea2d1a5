-- Run by publish after settle_duplicates: questions about till shifts that have no ground any more, or another one.
update control.decision
set
    state = 'resolved',
    resolution = case when settled.becomes in ('conflict', 'needs_review') then 'superseded' else 'withdrawn' end,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = coalesce(settled.reason, 'it is booked')
from settled
inner join accounting.shift as till_row on settled.shift_id = till_row.shift_id
left join accounting.shift as fiscal_row on settled.fiscal_id = fiscal_row.shift_id
where
    decision.shift_id = settled.shift_id
    and decision.state = 'open'
    and case decision.kind
        when 'review' then settled.becomes <> 'needs_review'
        when 'conflict'
            then
                decision.rival_id is not null
                and (
                    settled.becomes <> 'conflict'
                    or decision.rival_id <> settled.fiscal_id
                    or decision.digest
                    <> md5(accounting.shift_facts(fiscal_row)::text || accounting.shift_facts(till_row)::text)
                )
    end
