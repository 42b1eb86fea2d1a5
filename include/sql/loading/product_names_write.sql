-- Run by the step that fetches product names: write the new and changed names of a shop's list, which has each product
-- once.
insert into control.shop_product (organization_inn, shop_id, product_id, name, seen_at)
select
    %(inn)s,
    %(shop_id)s,
    listed.product_id,
    listed.name,
    %(now)s
from jsonb_to_recordset(%(products)s) as listed (product_id text, name text)
order by listed.product_id
on conflict (organization_inn, shop_id, product_id) do update
    set name = excluded.name, seen_at = excluded.seen_at
    where shop_product.name is distinct from excluded.name
