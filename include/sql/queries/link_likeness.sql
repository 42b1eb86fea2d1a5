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
    counted.cashbox_id,
    counted.kkt_reg_id,
    counted.agreed,
    counted.sums,
    counted.alike,
    counted.first_day,
    counted.last_day,
    count(*) as compared
from counted
inner join till
    on counted.cashbox_id = till.cashbox_id and till.day between counted.first_day and counted.last_day
inner join fiscal
    on
        counted.kkt_reg_id = fiscal.kkt_reg_id
        and till.middle between fiscal.begins_at and fiscal.ends_at
group by
    counted.cashbox_id, counted.kkt_reg_id, counted.agreed, counted.sums, counted.alike, counted.first_day,
    counted.last_day
