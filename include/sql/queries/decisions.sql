-- Run by the read model of decisions: those that wait, of shifts and of documents, both sides, the oldest first; those after one
-- of them, or those that are named, whatever became of them.
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
    coalesce(shift.source, 'market') as source,
    decision.document_id::text as document_id,
    document.kind as document_kind,
    document.number as document_number,
    document.date as document_date,
    document.status as document_status,
    decision.rival_id::text as rival_id,
    rival.source as rival_source,
    rival.kkt_reg_id as rival_kkt_reg_id,
    rival.fiscal_drive_number as rival_fiscal_drive_number,
    rival.shift_number as rival_shift_number,
    rival.shop_id as rival_shop_id,
    rival.cashbox_id as rival_cashbox_id,
    rival.till_shift as rival_till_shift,
    rival.closed_at as rival_closed_at,
    decision.reason,
    decision.kept,
    decision.held,
    decision.evidence,
    decision.recommendation,
    decision.decided_by as reported_by,
    decision.decided_at as since,
    decision.batch_id,
    batch.run_id,
    batch.product,
    decision.resolution,
    decision.resolved_by,
    decision.resolved_at,
    decision.resolution_reason
from control.decision
left join accounting.shift on decision.shift_id = shift.shift_id
left join accounting.shift as rival on decision.rival_id = rival.shift_id
left join accounting.market_document as document on decision.document_id = document.document_id
inner join control.organization on decision.organization_inn = organization.inn
inner join control.batch on decision.batch_id = batch.batch_id
where
    (cast(%(decisions)s as bigint[]) is not null or decision.state = 'open')
    and (cast(%(decisions)s as bigint[]) is null or decision.decision_id = any(cast(%(decisions)s as bigint[])))
    and (cast(%(inn)s as text) is null or decision.organization_inn = %(inn)s)
    and decision.decision_id > %(after)s
order by decision.decision_id
limit cast(%(most)s as integer)
