-- Run by the planner of Kontur.Market for days that are not over: the shops whose shifts may be booked now, one row
-- each. Where the OFD is loaded too, these are only shops with a cashbox that is known to be no register of the OFD.
select
    readable_days.unit_id,
    lower(today.days) as first_day,
    upper(today.days) - 1 as last_day,
    'missing' as reason,
    null::timestamp as last_document_at,
    false as moves_mark
from control.readable_days
inner join control.shop
    on readable_days.organization_inn = shop.organization_inn and readable_days.unit_id = shop.shop_id
cross join
    lateral (select readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]') as days) as today
left join control.operator
    on
        shop.organization_inn = operator.organization_inn
        and operator.state = 'on'
        and operator.start_date <= %(last_day)s
where
    readable_days.organization_inn = %(inn)s
    and readable_days.product = %(product)s
    and shop.seen_at >= %(seen_at)s
    and not isempty(today.days)
    and (
        operator.organization_inn is null
        or exists (
            select from accounting.shift
            inner join control.register_link as link
                on shift.organization_inn = link.organization_inn and shift.cashbox_id = link.cashbox_id
            where
                shift.organization_inn = shop.organization_inn
                and shift.source = 'market'
                and shift.shop_id = shop.shop_id
                and link.state = 'in_force'
                and link.kkt_reg_id is null
                and link.days && today.days
        )
    )
order by readable_days.unit_id
