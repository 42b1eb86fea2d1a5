-- Run by `smena conflicts` and `smena resolve`: decisions with both sides, open ones or the one that is named.
select
    decision.decision_id,
    decision.organization_inn,
    decision.kind,
    decision.state,
    decision.shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.closed_at,
    shift.source,
    decision.reason,
    decision.kept,
    decision.held,
    decision.evidence,
    decision.decided_by as told_by,
    decision.decided_at as since,
    decision.batch_id,
    decision.resolution,
    decision.resolved_by,
    decision.resolved_at,
    decision.resolution_reason
from control.decision
inner join accounting.shift on decision.shift_id = shift.shift_id
where
    decision.decision_id = coalesce(%(decision_id)s, decision.decision_id)
    and (decision.state = 'open' or %(decision_id)s is not null)
    and decision.organization_inn = coalesce(%(inn)s, decision.organization_inn)
order by decision.organization_inn, decision.decision_id
