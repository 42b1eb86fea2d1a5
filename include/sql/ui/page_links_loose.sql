-- Run by the pages: cashboxes of an organisation without a link in force, those with waiting shifts first.
select
    shift.cashbox_id,
    max(shop.name) as shop,
    count(*) filter (where shift.outcome = 'needs_review') as waiting,
    max(shift.order_date) as last_day
from accounting.shift
left join control.shop on shift.organization_inn = shop.organization_inn and shift.shop_id = shop.shop_id
where
    shift.source = 'market'
    and shift.organization_inn = %(inn)s
    and not exists (
        select from control.register_link as link
        where
            link.organization_inn = shift.organization_inn
            and link.cashbox_id = shift.cashbox_id
            and link.state = 'in_force'
    )
group by shift.cashbox_id
order by count(*) filter (where shift.outcome = 'needs_review') desc, shift.cashbox_id
limit %(most)s
