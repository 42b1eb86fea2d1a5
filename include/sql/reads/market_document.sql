-- Run by the read model of documents: the columns of a document of Kontur.Market that `accounting.document` lacks.
select
    document.counterparty_inn,
    document.shop_id,
    shop.name as shop,
    document.paper_number,
    document.paper_date,
    document.sources,
    document.status_at,
    document.revision,
    document.date,
    document.amount,
    product_list.asked_at as products_asked_at,
    product_list.failure as products_failure
from accounting.market_document as document
left join control.shop on document.organization_inn = shop.organization_inn and document.shop_id = shop.shop_id
left join control.product_list
    on document.organization_inn = product_list.organization_inn and document.shop_id = product_list.shop_id
where document.document_id = %(document_id)s
