-- Run by the read model of decisions: open ones about shifts and documents with both sides, the oldest first; those
-- after one of them, or the named ones in any state.
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
    decision.competing_shift_id::text as competing_shift_id,
    competing.source as competing_source,
    competing.kkt_reg_id as competing_kkt_reg_id,
    competing.fiscal_drive_number as competing_fiscal_drive_number,
    competing.shift_number as competing_shift_number,
    competing.shop_id as competing_shop_id,
    competing.cashbox_id as competing_cashbox_id,
    competing.till_shift as competing_till_shift,
    competing.closed_at as competing_closed_at,
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
left join accounting.shift as competing on decision.competing_shift_id = competing.shift_id
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
