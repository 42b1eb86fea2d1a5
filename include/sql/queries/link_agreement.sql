-- Run by publish after pair_tills: which register a cashbox is, where the sums of several shifts leave no doubt.
--
-- A till shift and a fiscal shift agree when they lie at the same time and took the same cash, to the kopeck. Agreement
-- is evidence only where neither agrees with any other. A link needs three such shifts with three different sums, more
-- than half of all that can be compared in their days, and no rival on either side. Anything less is proposed to a person.
create temporary table agreement on commit drop as
with loose as (
    select till.*
    from till
    left join control.register_link as link
        on
            link.organization_inn = %(inn)s
            and till.cashbox_id = link.cashbox_id
            and link.state = 'in_force'
            and link.days @> till.day
    where
        link.register_link_id is null
        or (
            link.kkt_reg_id is not null
            and not exists (
                select from fiscal
                where
                    fiscal.kkt_reg_id = link.kkt_reg_id
                    and till.middle between fiscal.begins_at and fiscal.ends_at
            )
        )
),

free as (
    select fiscal.*
    from fiscal
    where
        not exists (
            select from control.register_link as link
            where
                link.organization_inn = %(inn)s
                and fiscal.kkt_reg_id = link.kkt_reg_id
                and link.state = 'in_force'
                and link.days @> fiscal.day
        )
)

select
    loose.shift_id as till_id,
    loose.cashbox_id,
    free.shift_id as fiscal_id,
    free.kkt_reg_id,
    loose.day,
    loose.cash_income,
    count(*) over (partition by loose.shift_id) + count(*) over (partition by free.shift_id) = 2 as is_alone
from loose
inner join free
    on
        loose.cash_income = free.cash_income
        and loose.cash_refund = free.cash_refund
        and loose.middle between free.begins_at and free.ends_at
where
    loose.cash_income > 0
    -- What a person took back is not found again.
    and not exists (
        select from control.register_link as refused
        where
            refused.organization_inn = %(inn)s
            and refused.state = 'withdrawn'
            and refused.withdrawn_by <> 'rule'
            and refused.cashbox_id = loose.cashbox_id
            and refused.kkt_reg_id = free.kkt_reg_id
    )
