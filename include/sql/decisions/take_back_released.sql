-- Run by taking answers back: open quarantined records again that the answer released, unless another decision of a
-- person about their shift holds.
-- reads: asked_answer
with released as (
    select quarantine.quarantine_id
    from asked_answer
    inner join control.decision as answer on asked_answer.decision_id = answer.decision_id
    inner join accounting.shift on answer.shift_id = shift.shift_id
    inner join control.quarantine
        on
            quarantine.product in (select product.product from control.product where product.source = 'ofd')
            and shift.organization_inn = quarantine.organization_inn
            and shift.kkt_reg_id = quarantine.unit_id
            and shift.fiscal_drive_number = quarantine.fiscal_drive_number
            and shift.shift_number = quarantine.shift_number
    where
        quarantine.state = 'released'
        and quarantine.resolution_reason = 'shift_decided'
        and quarantine.resolved_at > answer.resolved_at
        and not exists (
            select from control.decision as other
            where
                other.shift_id = answer.shift_id
                and other.state = 'resolved'
                and other.resolved_by <> 'rule'
                and other.taken_back_at is null
                and other.resolved_at > quarantine.first_seen_at
        )
)

update control.quarantine
set state = 'open', resolved_by = null, resolved_at = null, resolution_reason = null, resolved_batch_id = null
where quarantine.quarantine_id in (select released.quarantine_id from released)
