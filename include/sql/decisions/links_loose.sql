-- Run by `smena links`: cashboxes without a link in force, and how many of their shifts wait.
select
    shift.organization_inn,
    shift.cashbox_id,
    max(shop.name) as shop,
    count(*) filter (where shift.outcome = 'needs_review') as waiting,
    max(shift.order_date) as last_day
from accounting.shift
left join control.shop on shift.organization_inn = shop.organization_inn and shift.shop_id = shop.shop_id
where
    shift.source = 'market'
    and shift.organization_inn = coalesce(%(inn)s, shift.organization_inn)
    and not exists (
        select from control.register_link as link
        where
            link.organization_inn = shift.organization_inn
            and link.cashbox_id = shift.cashbox_id
            and link.state = 'in_force'
    )
group by shift.organization_inn, shift.cashbox_id
order by shift.organization_inn, shift.cashbox_id
