-- Run by `smena explain`: shifts of the other source that match this one, or that a decision compared with it.
with mine as (
    select
        shift_id,
        same_as
    from accounting.shift
    where shift_id = %(shift_id)s
),

-- Each condition uses its own index: joined by `or`, all shifts would be read.
found as (
    select
        1 as place,
        same_as as shift_id
    from mine
    union all
    select
        2 as place,
        reported.shift_id
    from accounting.shift as reported
    where reported.same_as = %(shift_id)s
    union all
    select
        3 as place,
        competing_shift_id as shift_id
    from control.decision
    where shift_id = %(shift_id)s
    union all
    select
        3 as place,
        shift_id
    from control.decision
    where competing_shift_id = %(shift_id)s
),

counterpart as (
    select
        shift_id,
        min(place) as place
    from found
    where shift_id <> %(shift_id)s and exists (select from mine)
    group by shift_id
)

select
    case counterpart.place
        when 1 then 'counterpart_is_this_shift'
        when 2 then 'counterpart_reports_this_shift'
        else 'counterpart_by_decision'
    end as relation,
    to_jsonb(other) - 'evidence' as shift,
    other.evidence
from counterpart
inner join accounting.shift as other on counterpart.shift_id = other.shift_id
order by counterpart.place, other.closed_at, other.shift_id
