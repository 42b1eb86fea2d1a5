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
    coalesce(shift.source, 'market') as source,
    shift.shop_id,
    shift.cashbox_id,
    decision.document_id,
    decision.rival_id,
    rival.source as rival_source,
    rival.kkt_reg_id as rival_kkt_reg_id,
    rival.shift_number as rival_shift_number,
    rival.closed_at as rival_closed_at,
    decision.reason,
    decision.kept,
    decision.held,
    decision.evidence,
    decision.decided_by as told_by,
    decision.decided_at as since,
    decision.batch_id,
    decision.recommendation,
    decision.resolution,
    decision.resolved_by,
    decision.resolved_at,
    decision.resolution_reason
from control.decision
left join accounting.shift on decision.shift_id = shift.shift_id
left join accounting.shift as rival on decision.rival_id = rival.shift_id
where
    decision.decision_id = coalesce(%(decision_id)s, decision.decision_id)
    and (decision.state = 'open' or %(decision_id)s is not null)
    and decision.organization_inn = coalesce(%(inn)s, decision.organization_inn)
order by decision.organization_inn, decision.decision_id
