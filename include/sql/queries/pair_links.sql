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
    );

analyze agreement;

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
from counted;

create temporary table found_link on commit drop as
select
    one.*,
    not exists (
        select from likeness as rival
        where
            ((rival.cashbox_id = one.cashbox_id) <> (rival.kkt_reg_id = one.kkt_reg_id))
            and rival.first_day <= one.last_day
            and rival.last_day >= one.first_day
            and rival.agreed * 4 >= one.agreed
            and rival.agreed > 0
    )
    and one.agreed >= 3
    and one.sums >= 3
    and one.agreed * 2 > one.compared as is_certain
from likeness as one;

-- A cashbox that went over to another register ends its former link where the new one begins, and so does the register's.
update control.register_link as link
set days = daterange(lower(link.days), found.first_day)
from (
    select
        cashbox_id,
        kkt_reg_id,
        first_day
    from found_link
    where is_certain
) as found
where
    link.organization_inn = %(inn)s
    and link.state = 'in_force'
    and (link.cashbox_id = found.cashbox_id or link.kkt_reg_id = found.kkt_reg_id)
    and link.days @> found.first_day
    and coalesce(lower(link.days), '-infinity'::date) < found.first_day;

-- The first link of a cashbox reaches back to where another ends; the last one has no end.
insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, evidence, reason, decided_by)
select
    %(inn)s,
    cashbox_id,
    kkt_reg_id,
    daterange(
        case when place_of_cashbox = 1 and place_of_register = 1 and not stood then null else first_day end,
        case
            when left_of_cashbox = 1 and left_of_register = 1 and next_day is null then null
            else coalesce(next_day, last_day + 1)
        end
    ),
    'in_force',
    jsonb_build_object(
        'agreed', agreed, 'compared', compared, 'sums', sums, 'first_day', first_day, 'last_day', last_day
    ),
    'cash of ' || agreed || ' shifts of ' || compared || ' agrees to the kopeck, and with no other register''s',
    'rule'
from (
    select
        found_link.*,
        row_number() over (partition by cashbox_id order by first_day) as place_of_cashbox,
        row_number() over (partition by kkt_reg_id order by first_day) as place_of_register,
        row_number() over (partition by cashbox_id order by first_day desc) as left_of_cashbox,
        row_number() over (partition by kkt_reg_id order by first_day desc) as left_of_register,
        exists (
            select from control.register_link as link
            where
                link.organization_inn = %(inn)s
                and link.state = 'in_force'
                and (link.cashbox_id = found_link.cashbox_id or link.kkt_reg_id = found_link.kkt_reg_id)
        ) as stood,
        (
            select min(lower(link.days))
            from control.register_link as link
            where
                link.organization_inn = %(inn)s
                and link.state = 'in_force'
                and (link.cashbox_id = found_link.cashbox_id or link.kkt_reg_id = found_link.kkt_reg_id)
                and lower(link.days) > found_link.last_day
        ) as next_day
    from found_link
    where is_certain
) as placed
on conflict do nothing;

-- What was proposed and is certain now, or never again alike, is withdrawn; what is likely and not certain is proposed.
update control.register_link as link
set state = 'withdrawn', withdrawn_by = 'rule', withdrawn_at = now()
where
    link.organization_inn = %(inn)s
    and link.state = 'proposed'
    and exists (
        select from control.register_link as stands
        where
            stands.organization_inn = link.organization_inn
            and stands.state = 'in_force'
            and (stands.cashbox_id = link.cashbox_id or stands.kkt_reg_id = link.kkt_reg_id)
            and stands.days && link.days
    );

insert into control.register_link (organization_inn, cashbox_id, kkt_reg_id, days, state, evidence, reason, decided_by)
select
    %(inn)s,
    cashbox_id,
    kkt_reg_id,
    daterange(first_day, null),
    'proposed',
    jsonb_build_object(
        'agreed', agreed, 'alike', alike, 'compared', compared, 'sums', sums,
        'first_day', first_day, 'last_day', last_day
    ),
    'cash of ' || alike || ' shifts of ' || compared || ' agrees, of ' || agreed || ' with no other register''s',
    'rule'
from found_link
where
    not is_certain
    and alike >= 2
    and alike * 2 > compared
    and not exists (
        select from control.register_link as link
        where
            link.organization_inn = %(inn)s
            and link.state = 'in_force'
            and (link.cashbox_id = found_link.cashbox_id or link.kkt_reg_id = found_link.kkt_reg_id)
            and link.days && daterange(found_link.first_day, null)
    )
on conflict (organization_inn, cashbox_id, kkt_reg_id) where state = 'proposed' do update
    set evidence = excluded.evidence, reason = excluded.reason
