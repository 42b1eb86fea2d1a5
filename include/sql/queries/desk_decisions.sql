-- Run by the desk, «Решения»: decisions that wait, both sides, the oldest first; after the one named, or the one itself.
select
    decision.decision_id,
    decision.organization_inn,
    organization.name,
    decision.kind,
    decision.state,
    decision.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.closed_at,
    shift.source,
    decision.reason,
    decision.kept,
    decision.held,
    decision.evidence,
    decision.decided_by as told_by,
    decision.decided_at as since,
    decision.batch_id,
    batch.run_id,
    batch.product
from control.decision
inner join accounting.shift on decision.shift_id = shift.shift_id
inner join control.organization on decision.organization_inn = organization.inn
inner join control.batch on decision.batch_id = batch.batch_id
where
    (cast(%(decision_id)s as bigint) is not null or decision.state = 'open')
    and (cast(%(decision_id)s as bigint) is null or decision.decision_id = %(decision_id)s)
    and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
    and decision.decision_id > %(after)s
order by decision.decision_id
limit %(most)s
