-- Run by learning names of products, before a shop is asked: no row where another process has asked it today.
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
