-- Run by the read model of documents: a page of the lines of a document of Kontur.Market after the named one, with the
-- known names of products.
select
    line.line,
    line.payment_type,
    line.product_id,
    line.product_code,
    line.quantity,
    line.price,
    line.income,
    line.refund,
    line.amount,
    product.name as product_name
from accounting.market_document_line as line
inner join accounting.market_document as document on line.document_id = document.document_id
left join control.shop_product as product
    on
        document.organization_inn = product.organization_inn
        and document.shop_id = product.shop_id
        and line.product_id = product.product_id
where line.document_id = %(document_id)s and line.line > %(after)s
order by line.line
limit %(most)s
