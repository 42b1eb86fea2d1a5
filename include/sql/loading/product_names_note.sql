-- Run by publish once the documents of Kontur.Market are written: add products that their lines name, without a name
-- until a list of their shop gives one.
insert into control.shop_product (organization_inn, shop_id, product_id, seen_at)
select
    document.organization_inn,
    document.shop_id,
    line.product_id,
    now()
from accounting.market_document as document
inner join accounting.market_document_line as line on document.document_id = line.document_id and line.product_id <> ''
where
    document.organization_inn = %(inn)s
    and document.batch_id = %(batch_id)s
    and document.date between %(first_day)s and %(last_day)s
group by document.organization_inn, document.shop_id, line.product_id
order by document.organization_inn, document.shop_id, line.product_id
on conflict (organization_inn, shop_id, product_id) do nothing
