-- Run by publish of Kontur.Market: documents that are not in the books. Kopecks become roubles here.
-- reads: decided_document
insert into accounting.market_document (
    document_id, kind, organization_inn, kpp, shop_id, number, date, counterparty, counterparty_inn, amount,
    supplier_id, paper_number, paper_date, waybill_ids, sources, digest, evidence, batch_id,
    sales_point
)
select
    decided.document_id,
    decided.kind,
    %(inn)s,
    coalesce(nullif(shop.kpp, ''), organization.kpp),
    staged.shop_id,
    staged.number,
    staged.day,
    staged.counterparty,
    staged.counterparty_inn,
    staged.amount * 0.01,
    staged.supplier_id,
    staged.paper_number,
    staged.paper_day,
    decided.waybill_ids,
    decided.sources,
    decided.digest,
    staged.evidence,
    %(batch_id)s,
    coalesce(point.sales_point, '')
from decided_document as decided
inner join stage.market_document as staged
    on
        staged.batch_id = %(batch_id)s
        and decided.shard = staged.shard
        and decided.kind = staged.kind
        and decided.key = staged.key
inner join control.organization on organization.inn = %(inn)s
left join control.shop on organization.inn = shop.organization_inn and staged.shop_id = shop.shop_id
left join control.point_of_sale as point
    on
        organization.inn = point.organization_inn
        and staged.shop_id = point.unit_id
        and point.valid @> staged.day
where decided.verdict = 'new'
