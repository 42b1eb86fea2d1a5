-- Run by the read model of documents: a page of the lines of a document of Kontur.Market after the named one, with the
-- known names of products and what is known of tax.
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
    line.vat,
    -- A position of a waybill says nothing of tax: the card of the product does.
    case document.kind when 'waybill' then product.tax_system else line.tax_system end as tax_system,
    case document.kind when 'waybill' then product.vat_rate else line.vat_rate end as vat_rate,
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
