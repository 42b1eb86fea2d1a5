-- Run by publish after link_former_ends: the first link of a cashbox reaches back to where another ends; the last one has no end.
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
        exists(
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
on conflict do nothing
