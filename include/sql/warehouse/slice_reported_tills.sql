-- Run by publish: the till shifts of Kontur.Market that the batch has staged, with the KPP of their day (their linked
-- register's, their shop's, else the organisation's) and the number of orders that their sums make.
select
    staged.ctid::text as place,
    staged.shift_id::text as shift_id,
    staged.opened_at,
    staged.closed_at,
    null::timestamp as received_at,
    staged.receipts,
    staged.cash_income,
    staged.cash_refund,
    case when staged.cash_income is not null then 0 end as cash_payout,
    case when staged.cash_income is not null then 0 end as cash_payout_refund,
    staged.cashless_income,
    staged.cashless_refund,
    staged.shop_id,
    staged.cashbox_id,
    staged.till_shift,
    staged.price_correction,
    staged.order_day,
    staged.outcome,
    staged.reason,
    coalesce(linked.kpp, nullif(shop.kpp, ''), organization.kpp) as kpp,
    case staged.outcome when 'issued' then coalesce(proposed.orders, 0) when 'no_cash' then 0 end as orders
from stage.till_shift as staged
inner join control.organization on organization.inn = %(inn)s
left join control.shop on organization.inn = shop.organization_inn and staged.shop_id = shop.shop_id
left join
    lateral (
        select register_kpp.kpp
        from control.register_link as link
        inner join control.register_kpp
            on
                link.organization_inn = register_kpp.organization_inn
                and link.kkt_reg_id = register_kpp.kkt_reg_id
                and register_kpp.valid @> staged.order_day
        where
            link.organization_inn = organization.inn
            and link.cashbox_id = staged.cashbox_id
            and link.state = 'in_force'
            and link.days @> staged.order_day
    ) as linked
    on true
left join (
    select
        cash_order.shift_id,
        cash_order.day,
        count(distinct concat_ws('|', cash_order.operation, cash_order.taxation, cash_order.agent)) as orders
    from stage.cash_order
    where cash_order.batch_id = %(batch_id)s
    group by cash_order.shift_id, cash_order.day
) as proposed
    on staged.shift_id = proposed.shift_id and staged.order_day = proposed.day
where staged.batch_id = %(batch_id)s
order by staged.shard, staged.ctid
