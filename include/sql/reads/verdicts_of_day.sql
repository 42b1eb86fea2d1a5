-- Run by the read model of completeness, one day: the last reconciliation's result for each register, with the state of
-- its day in the calendar, the worst first.
with remark as (
    select
        unit_id,
        bool_or(is_asked) as is_asked,
        bool_or(is_waiting) as is_waiting,
        bool_or(is_late) as is_late
    from control.day_remark
    where
        organization_inn = %(inn)s
        and source = %(source)s
        and moment >= %(day)s
        and moment < cast(%(day)s as date) + 1
    group by unit_id
),

hole as (
    select
        unit_id,
        min(state) as state
    from control.hole
    where organization_inn = %(inn)s and product = %(product)s and days @> cast(%(day)s as date)
    group by unit_id
),

-- The coverage is looked up only for the registers that are shown.
evaluated as (
    select
        completeness.*,
        completeness.verdict::control.day_state as base,
        hole.state as hole,
        coalesce(remark.is_asked, false) as is_asked,
        coalesce(remark.is_waiting, false) as is_waiting,
        coalesce(remark.is_late, false) as is_late
    from control.completeness
    left join remark on completeness.kkt_reg_id = remark.unit_id
    left join hole on completeness.kkt_reg_id = hole.unit_id
    where
        completeness.organization_inn = %(inn)s
        and completeness.day = %(day)s
        and %(source)s = 'ofd'
        and (%(register)s = '' or completeness.kkt_reg_id = %(register)s)
    order by
        control.state_of_day(
            completeness.verdict::control.day_state,
            hole.state,
            coalesce(remark.is_asked, false),
            coalesce(remark.is_waiting, false),
            coalesce(remark.is_late, false),
            true
        ),
        completeness.kkt_reg_id
    limit %(most)s
)

select
    evaluated.kkt_reg_id,
    stated.state::text as state,
    evaluated.reason,
    evaluated.missing,
    evaluated.shifts,
    evaluated.checked_at
from evaluated
left join control.uncovered(%(inn)s, %(product)s, daterange(%(day)s, %(day)s, '[]')) as unit
    on evaluated.kkt_reg_id = unit.unit_id
cross join
    lateral (
        select control.state_of_day(
            evaluated.base,
            evaluated.hole,
            evaluated.is_asked,
            evaluated.is_waiting or not coalesce(isempty(unit.days), true),
            evaluated.is_late,
            true
        ) as state
    ) as stated
order by stated.state, evaluated.kkt_reg_id
