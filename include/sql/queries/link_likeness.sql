-- Run by publish after link_agreement: by cashbox and register, how many of their shifts agree, of how many that lie together.
create temporary table likeness on commit drop as
with counted as (
    select
        cashbox_id,
        kkt_reg_id,
        count(*) filter (where is_alone) as agreed,
        count(distinct cash_income) filter (where is_alone) as sums,
        count(*) as alike,
        coalesce(min(day) filter (where is_alone), min(day)) as first_day,
        coalesce(max(day) filter (where is_alone), max(day)) as last_day
    from agreement
    group by cashbox_id, kkt_reg_id
)

select
    counted.*,
    (
        select count(*)
        from till
        inner join fiscal
            on
                fiscal.kkt_reg_id = counted.kkt_reg_id
                and till.middle between fiscal.begins_at and fiscal.ends_at
        where till.cashbox_id = counted.cashbox_id and till.day between counted.first_day and counted.last_day
    ) as compared
from counted
