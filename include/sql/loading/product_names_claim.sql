-- Run by the step that fetches product names: claim today's request for a shop's product list; 0 rows if a process has
-- claimed it today already.
insert into control.product_list (organization_inn, shop_id, day, asked_at)
values (%(inn)s, %(shop_id)s, %(day)s, %(now)s)
on conflict (organization_inn, shop_id) do update
    set
        day = excluded.day,
        asked_at = excluded.asked_at,
        products = null,
        broken = '[]',
        failure = null
    where product_list.day < excluded.day
