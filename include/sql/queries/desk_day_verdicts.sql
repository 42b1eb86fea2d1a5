-- Run by the desk, one day: what the last reconciliation found of each register, those that are not complete first. A
-- complete one of which a shift waits, or a gap is open, has the state `waits` or `open`.
with waiting as (
    select shift.kkt_reg_id
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.outcome in ('conflict', 'needs_review', 'closed_period')
        and shift.closed_at >= %(day)s
        and shift.closed_at < cast(%(day)s as date) + 1
    union
    select shift.kkt_reg_id
    from control.decision
    inner join accounting.shift on shift.shift_id in (decision.shift_id, decision.rival_id)
    where
        decision.organization_inn = %(inn)s
        and decision.state = 'open'
        and shift.source = 'ofd'
        and shift.closed_at >= %(day)s
        and shift.closed_at < cast(%(day)s as date) + 1
),

holes as (
    select distinct gap.unit_id
    from control.gap
    inner join control.product on gap.product = product.product and product.source = 'ofd'
    where gap.organization_inn = %(inn)s and gap.days @> cast(%(day)s as date)
)

select
    completeness.kkt_reg_id,
    case
        when completeness.verdict <> 'complete' then completeness.verdict
        when waiting.kkt_reg_id is not null then 'waits'
        when holes.unit_id is not null then 'open'
        else completeness.verdict
    end as state,
    completeness.reason,
    completeness.missing,
    completeness.shifts,
    completeness.checked_at
from control.completeness
left join waiting on completeness.kkt_reg_id = waiting.kkt_reg_id
left join holes on completeness.kkt_reg_id = holes.unit_id
where
    completeness.organization_inn = %(inn)s
    and completeness.day = %(day)s
    and %(source)s = 'ofd'
    and (%(register)s = '' or completeness.kkt_reg_id = %(register)s)
order by
    array_position(
        array['missing', 'out_of_reach', 'waits', 'offline', 'open', 'complete', 'disabled'],
        case
            when completeness.verdict <> 'complete' then completeness.verdict
            when waiting.kkt_reg_id is not null then 'waits'
            when holes.unit_id is not null then 'open'
            else completeness.verdict
        end
    ),
    completeness.kkt_reg_id
limit %(most)s
