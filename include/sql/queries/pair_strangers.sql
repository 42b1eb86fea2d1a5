-- Run by publish after pair_shifts: for cashboxes with shifts that are no register's yet, the free registers that they
-- could be, day by day, unless three days have shown that they are not.
--
-- A cashbox may miss receipts of its register, but it never has more of them, nor more cash, nor sells while a register
-- whose every document was read has no shift.
create temporary table stranger on commit drop as
with lonely as (
    select distinct till.cashbox_id
    from till
    where not exists (select from pairing where pairing.till_id = till.shift_id)
),

free as (
    select
        register.kkt_reg_id,
        coalesce(covered.days, '{}'::datemultirange) as covered
    from control.register
    left join control.covered
        on
            register.organization_inn = covered.organization_inn
            and covered.product = 'ofd'
            and register.kkt_reg_id = covered.kkt_reg_id
    where
        register.organization_inn = %(inn)s
        and not exists (
            select from control.register_link as link
            where
                link.organization_inn = %(inn)s
                and link.kkt_reg_id = register.kkt_reg_id
                and link.state = 'in_force'
                and lower_inf(link.days)
                and upper_inf(link.days)
        )
)

select
    till.cashbox_id,
    free.kkt_reg_id
from lonely
inner join till on lonely.cashbox_id = till.cashbox_id
cross join free
left join fiscal
    on
        free.kkt_reg_id = fiscal.kkt_reg_id
        and till.middle between fiscal.begins_at and fiscal.ends_at
where
    (fiscal.shift_id is null and free.covered @> daterange(till.opened_at::date, till.closed_at::date, '[]'))
    or till.receipts > fiscal.receipts
    or till.cash_income > fiscal.cash_income + abs(till.price_correction)
    or till.cash_refund > fiscal.cash_refund + abs(till.price_correction)
group by till.cashbox_id, free.kkt_reg_id
having count(distinct till.day) >= 3
