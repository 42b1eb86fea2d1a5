-- Run by `smena explain`: shifts of the other source that are this one, or that a decision set against it.
select
    case
        when mine.same_as = other.shift_id then 'it is this shift'
        when other.same_as = mine.shift_id then 'this shift is told of there too'
        else 'a decision sets it against this shift'
    end as relation,
    to_jsonb(other) - 'evidence' as shift,
    other.evidence
from accounting.shift as mine
inner join accounting.shift as other
    on
        other.shift_id <> mine.shift_id
        and (
            other.shift_id = mine.same_as
            or other.same_as = mine.shift_id
            or other.shift_id in (
                select case when decision.shift_id = mine.shift_id then decision.rival_id else decision.shift_id end
                from control.decision
                where mine.shift_id in (decision.shift_id, decision.rival_id)
            )
        )
where mine.shift_id = %(shift_id)s
order by relation, other.closed_at, other.shift_id
