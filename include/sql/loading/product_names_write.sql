-- Run by the step that fetches product names: write the new and changed names and tax of a shop's list, which has
-- each product once.
insert into control.shop_product (
    organization_inn, shop_id, product_id, name, tax_system, vat_rate, seen_at
)
select
    %(inn)s,
    %(shop_id)s,
    listed.product_id,
    listed.name,
    listed.tax_system,
    listed.vat_rate,
    %(now)s
from
    jsonb_to_recordset(%(products)s)
        as listed (product_id text, name text, tax_system text, vat_rate text)
order by listed.product_id
on conflict (organization_inn, shop_id, product_id) do update
    set
        name = excluded.name,
        tax_system = excluded.tax_system,
        vat_rate = excluded.vat_rate,
        seen_at = excluded.seen_at
    where
    (shop_product.name, shop_product.tax_system, shop_product.vat_rate)
    is distinct from (excluded.name, excluded.tax_system, excluded.vat_rate)
