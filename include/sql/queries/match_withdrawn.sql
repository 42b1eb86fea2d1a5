-- Run by match: questions that the source has answered itself, or asks otherwise now, wait for nobody any more.
update control.decision
set
    state = 'resolved',
    resolution = told.resolution,
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = told.reason
from (
    select
        decision.decision_id,
        case
            when decided.verdict = 'settled' or (decision.kind = 'review' and decided.outcome <> 'needs_review')
                then 'withdrawn'
            else 'superseded'
        end as resolution,
        case
            when decided.verdict = 'settled' then 'the source tells again what stands, or what was refused once'
            else 'the source tells another thing now'
        end as reason
    from control.decision
    inner join decided on decision.shift_id = decided.shift_id
    where
        decision.state = 'open'
        and case decision.kind
            when 'conflict'
                then
                    decided.verdict = 'settled'
                    or (decided.verdict = 'conflict' and decision.digest <> decided.digest)
            when 'review' then decided.verdict = 'changed'
        end
) as told
where decision.decision_id = told.decision_id
