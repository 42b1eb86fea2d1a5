-- Run by publish after pair_links: which fiscal shift each till shift is, by the links in force.
--
-- It is the shift of the linked register in which the middle of the till shift lies. Where two till shifts would be the
-- same fiscal shift, the one that lies in it longer is, and the other waits for a person. Cash is compared to the kopeck;
-- only what the till itself tells of rounding explains a difference.
create temporary table pairing on commit drop as
with candidate as (
    select
        till.shift_id as till_id,
        fiscal.shift_id as fiscal_id,
        link.register_link_id,
        till.decision_id is not null as is_decided,
        least(till.closed_at, fiscal.ends_at) - greatest(till.opened_at, fiscal.begins_at) as together
    from till
    inner join control.register_link as link
        on
            link.organization_inn = %(inn)s
            and till.cashbox_id = link.cashbox_id
            and link.state = 'in_force'
            and link.days @> till.day
    inner join fiscal
        on
            link.kkt_reg_id = fiscal.kkt_reg_id
            and till.middle between fiscal.begins_at and fiscal.ends_at
),

chosen as (
    select
        *,
        row_number() over (partition by fiscal_id order by is_decided asc, together desc, till_id asc) as place
    from (
        select
            *,
            row_number() over (partition by till_id order by together desc, fiscal_id asc) as choice
        from candidate
    ) as ranked
    where choice = 1
)

select
    chosen.till_id,
    chosen.fiscal_id,
    chosen.register_link_id,
    chosen.place > 1 as is_crowded,
    till.cash_income is null or fiscal.cash_income is null as is_unknown,
    (fiscal.cash_income, fiscal.cash_refund) = (till.cash_income, till.cash_refund) as is_equal,
    till.price_correction <> 0
    and abs((fiscal.cash_income - fiscal.cash_refund) - (till.cash_income - till.cash_refund))
    = abs(till.price_correction) as is_rounded
from chosen
inner join till on chosen.till_id = till.shift_id
inner join fiscal on chosen.fiscal_id = fiscal.shift_id
