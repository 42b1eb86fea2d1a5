-- Run by the desk, one day: what the last reconciliation found of each register, those that are not complete first. A
-- complete one of which a shift waits, or a gap is open, has the state `waits` or `open`.
select
    completeness.kkt_reg_id,
    case
        when completeness.verdict <> 'complete' then completeness.verdict
        when exists (
            select from accounting.shift
            left join control.decision
                on shift.shift_id in (decision.shift_id, decision.rival_id) and decision.state = 'open'
            where
                shift.organization_inn = %(inn)s
                and shift.source = 'ofd'
                and shift.kkt_reg_id = completeness.kkt_reg_id
                and shift.closed_at >= %(day)s
                and shift.closed_at < cast(%(day)s as date) + 1
                and (
                    decision.decision_id is not null
                    or shift.outcome in ('conflict', 'needs_review', 'closed_period')
                )
        ) then 'waits'
        when exists (
            select from control.gap
            where
                gap.organization_inn = %(inn)s
                and gap.product = 'ofd'
                and gap.kkt_reg_id = completeness.kkt_reg_id
                and gap.days @> cast(%(day)s as date)
        ) then 'open'
        else completeness.verdict
    end as state,
    completeness.verdict,
    completeness.reason,
    completeness.missing,
    completeness.shifts,
    completeness.checked_at
from control.completeness
where
    completeness.organization_inn = %(inn)s
    and completeness.day = %(day)s
    and %(product)s = 'ofd'
    and (%(register)s = '' or completeness.kkt_reg_id = %(register)s)
order by
    array_position(
        array['missing', 'out_of_reach', 'offline', 'open', 'complete', 'disabled'], completeness.verdict
    ),
    completeness.kkt_reg_id
limit %(most)s
