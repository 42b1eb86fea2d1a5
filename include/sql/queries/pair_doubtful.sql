-- Run by publish after pair_strangers: till shifts that could be a shift of a register whose cashbox is not known. `has_shift` tells that one of its shifts lies
-- at that time; without one it may still come, while the OFD is switched on for that day.
create temporary table doubtful on commit drop as
select
    till.shift_id as till_id,
    register.kkt_reg_id,
    fiscal.shift_id as fiscal_id
from till
inner join control.register on register.organization_inn = %(inn)s
left join control.integration
    on integration.organization_inn = %(inn)s and integration.product = 'ofd'
left join control.register_link as own
    on
        own.organization_inn = %(inn)s
        and till.cashbox_id = own.cashbox_id
        and own.state = 'in_force'
        and own.days @> till.day
left join fiscal
    on
        register.kkt_reg_id = fiscal.kkt_reg_id
        and till.middle between fiscal.begins_at and fiscal.ends_at
where
    not exists (select from pairing where pairing.till_id = till.shift_id)
    and not (own.register_link_id is not null and own.kkt_reg_id is null)
    and (
        fiscal.shift_id is not null
        or (
            own.register_link_id is null
            and integration.state = 'on'
            and integration.start_date <= till.order_date
            and (integration.registers = '{}' or register.kkt_reg_id = any(integration.registers))
            and (register.permission_from is null or register.permission_from <= till.day)
            and (register.permission_to is null or register.permission_to >= till.day)
        )
    )
    and not exists (
        select from control.register_link as link
        where
            link.organization_inn = %(inn)s
            and link.kkt_reg_id = register.kkt_reg_id
            and link.state = 'in_force'
            and link.days @> till.day
    )
    and not exists (
        select from stranger
        where stranger.cashbox_id = till.cashbox_id and stranger.kkt_reg_id = register.kkt_reg_id
    )
