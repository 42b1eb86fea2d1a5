-- Run by publish of Kontur.Market for `decide_documents`: documents in the books that staged ones may match. Matches by
-- id include other organisations, because two may list one shop.
with staged as (
    select
        document_id,
        kind,
        shop_id,
        supplier_id,
        paper_number,
        paper_day,
        waybill_ids
    from stage.market_document
    where batch_id = %(batch_id)s
)

select
    current.document_id,
    current.organization_inn,
    current.kind,
    current.shop_id,
    current.supplier_id,
    current.paper_number,
    current.paper_date as paper_day,
    current.date as day,
    current.status,
    current.revision,
    current.digest
from accounting.market_document as current
where
    current.document_id in (
        select staged.document_id from staged
        union
        select same_waybill.document_id
        from staged
        inner join accounting.market_document as same_waybill
            on
                same_waybill.kind = 'waybill'
                and same_waybill.organization_inn = %(inn)s
                and staged.waybill_ids && same_waybill.waybill_ids
        where staged.kind = 'waybill'
        union
        select same_paper.document_id
        from staged
        inner join accounting.market_document as same_paper
            on
                same_paper.kind = 'waybill'
                and same_paper.organization_inn = %(inn)s
                and staged.shop_id = same_paper.shop_id
                and staged.supplier_id = same_paper.supplier_id
                and staged.paper_number = same_paper.paper_number
                and staged.paper_day = same_paper.paper_date
        where staged.kind = 'waybill' and staged.supplier_id <> '' and staged.paper_number <> ''
    )
