-- Run by the planner of Kontur.Market: store the shops that it lists, one row each. A known КПП stays if a later list
-- leaves it out.
insert into control.shop (organization_inn, shop_id, name, address, kpp, is_paid, seen_at)
select
    %(inn)s,
    reported.shop_id,
    coalesce(reported.name, ''),
    coalesce(reported.address, ''),
    coalesce(reported.kpp, ''),
    reported.is_paid,
    %(seen_at)s
from jsonb_to_recordset(%(shops)s) as reported (shop_id text, name text, address text, kpp text, is_paid boolean)
order by reported.shop_id
on conflict (organization_inn, shop_id) do update
    set
        name = excluded.name,
        address = excluded.address,
        kpp = coalesce(nullif(excluded.kpp, ''), control.shop.kpp),
        is_paid = excluded.is_paid,
        seen_at = greatest(control.shop.seen_at, excluded.seen_at)
