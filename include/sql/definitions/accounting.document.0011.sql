-- Run by `smena migrate`, revision 0011.
create or replace view accounting.document as
select
    document_id,
    kind,
    number::text as number,
    date,
    organization_inn,
    kpp,
    counterparty,
    amount,
    source,
    status,
    loaded_at,
    batch_id
from accounting.cash_order
union all
select
    document_id,
    kind,
    number,
    date,
    organization_inn,
    kpp,
    counterparty,
    amount,
    source,
    status,
    loaded_at,
    batch_id
from accounting.market_document;
