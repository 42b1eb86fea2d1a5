-- Run by the lineage: rows of accounting that batches of an organisation wrote last, by table.
select
    'accounting.shift' as name,
    count(*) as count
from accounting.shift
where organization_inn = %(inn)s and batch_id = any(%(batches)s)
union all
select
    'accounting.cash_order' as name,
    count(*) as count
from accounting.cash_order
where organization_inn = %(inn)s and batch_id = any(%(batches)s)
union all
select
    'accounting.market_document' as name,
    count(*) as count
from accounting.market_document
where organization_inn = %(inn)s and batch_id = any(%(batches)s)
