-- Run by publish once the batch is written: release records whose days this batch has read again without rejecting
-- them, and which are covered now; and records of a shift that a person has decided about.
with found as (
    select md5(reject.kind || coalesce(reject.unit_id, '') || reject.reason || reject.record) as digest
    from stage.reject
    where reject.batch_id = %(batch_id)s
),

asked as (
    select
        unit_id,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from control.assignment
    where batch_id = %(batch_id)s and state = 'read'
    group by unit_id
),

read_again as (
    select waiting.quarantine_id
    from control.quarantine as waiting
    inner join control.quarantine_days on waiting.quarantine_id = quarantine_days.quarantine_id
    inner join asked on waiting.unit_id = asked.unit_id
    inner join control.covered
        on
            waiting.organization_inn = covered.organization_inn
            and waiting.product = covered.product
            and waiting.unit_id = covered.unit_id
    where
        waiting.organization_inn = %(inn)s
        and waiting.product = %(product)s
        and waiting.state = 'open'
        -- A batch that is tried again may itself have put the record there at its first try.
        and (waiting.batch_id < %(batch_id)s or waiting.digest not in (select found.digest from found))
        and covered.days @> quarantine_days.days
        and quarantine_days.days && asked.days
),

settled as (
    select waiting.quarantine_id
    from control.quarantine as waiting
    inner join accounting.shift
        on
            waiting.product in (select product.product from control.product where product.source = 'ofd')
            and waiting.organization_inn = shift.organization_inn
            and waiting.unit_id = shift.kkt_reg_id
            and waiting.fiscal_drive_number = shift.fiscal_drive_number
            and waiting.shift_number = shift.shift_number
    inner join control.decision on shift.shift_id = decision.shift_id
    where
        waiting.organization_inn = %(inn)s
        and waiting.product = %(product)s
        and waiting.state = 'open'
        and decision.state = 'resolved'
        and decision.resolved_by <> 'rule'
        and decision.taken_back_at is null
        and decision.resolved_at > waiting.first_seen_at
)

update control.quarantine
set
    state = 'released',
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = case
        when quarantine.quarantine_id in (select settled.quarantine_id from settled)
            then 'shift_decided'
        else 'read_again'
    end,
    resolved_batch_id = %(batch_id)s
where
    quarantine.quarantine_id in (
        select read_again.quarantine_id from read_again
        union all
        select settled.quarantine_id from settled
    )
