-- Run by `smena links set`: whether such a cashbox and such a register were reported.
select
    exists(
        select from accounting.shift
        where shift.organization_inn = %(inn)s and shift.cashbox_id = %(cashbox_id)s
    ) as cashbox,
    exists(
        select from control.register
        where register.organization_inn = %(inn)s and register.kkt_reg_id = %(kkt_reg_id)s
    ) as register
