-- Run by the planner for `load`: the window that a person named, for every register readable in it.
with readable_days as (
    select
        register.kkt_reg_id as unit_id,
        daterange(%(first_day)s, %(last_day)s, '[]') * control.days_between(
            greatest(register.permission_from, register.first_document_at::date), register.permission_to
        ) as days
    from control.register
    inner join control.operator on register.organization_inn = operator.organization_inn
    where
        register.organization_inn = %(inn)s
        and register.seen_at >= %(seen_at)s
        and (operator.registers = '{}' or register.kkt_reg_id = any(operator.registers))
)

select
    readable_days.unit_id,
    piece.first_day::date as first_day,
    least(piece.first_day::date + %(window_days)s - 1, upper(readable_days.days) - 1) as last_day,
    'asked' as reason,
    null::timestamp as last_document_at,
    false as moves_mark
from readable_days
cross join
    lateral generate_series(
        lower(readable_days.days)::timestamp,
        upper(readable_days.days)::timestamp - interval '1 day',
        %(window_days)s * interval '1 day'
    ) as piece (first_day)
where not isempty(readable_days.days)
order by readable_days.unit_id, piece.first_day
