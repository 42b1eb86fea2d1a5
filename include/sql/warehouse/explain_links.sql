-- Run by `smena explain`: the register links of a cashbox of Market that concern a shift.
select
    register_link.register_link_id,
    register_link.cashbox_id,
    register_link.kkt_reg_id,
    lower(register_link.days) as first_day,
    upper(register_link.days) - 1 as last_day,
    register_link.state,
    register_link.reason,
    register_link.evidence,
    register_link.decided_by,
    register_link.decided_at,
    register_link.withdrawn_by,
    register_link.withdrawn_at
from accounting.shift
inner join control.register_link
    on
        shift.organization_inn = register_link.organization_inn
        and coalesce(shift.cashbox_id = register_link.cashbox_id, shift.kkt_reg_id = register_link.kkt_reg_id)
        and register_link.days @> coalesce(shift.order_date, shift.closed_at::date)
where shift.shift_id = %(shift_id)s
order by register_link.state, register_link.register_link_id
