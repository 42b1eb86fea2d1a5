-- Run by `smena migrate`, revision 0011: Market's other documents: cashless revenue, goods sold, incoming waybills.
--
-- One table holds their heads and one their lines; a view for each kind shows them as what they are.

create table accounting.market_document (
    document_id uuid primary key,
    kind text not null check (kind in ('cashless_report', 'sales_report', 'waybill')),
    organization_inn text not null references control.organization (inn),
    kpp text not null,
    shop_id text not null,
    number text not null,
    date date not null,
    counterparty text not null,
    counterparty_inn text not null default '',
    amount numeric(15, 2),
    source text not null default 'market' check (source = 'market'),
    status text not null default 'new' check (status in ('new', 'accepted', 'rejected')),
    status_by text,
    status_at timestamptz,
    status_reason text,
    supplier_id text not null default '',
    paper_number text not null default '',
    paper_date date,
    waybill_ids text[] not null default '{}',
    sources text[] not null default '{}',
    digest text not null,
    evidence bigint[] not null default '{}',
    revision integer not null default 1,
    batch_id bigint not null references control.batch (batch_id),
    loaded_at timestamptz not null default now()
);
create index market_document_of_organization on accounting.market_document (organization_inn, date);
create index market_document_of_paper on accounting.market_document (
    organization_inn, shop_id, supplier_id, paper_number, paper_date
) where kind = 'waybill';
create index market_document_of_waybill on accounting.market_document using gin (waybill_ids) where kind = 'waybill';
comment on column accounting.market_document.amount is 'Net of refunds; empty for a waybill with a price that is not told.';
comment on column accounting.market_document.sources is
'Of a waybill: Manual, Egais, Mercury, Diadoc; the same paper (supplier, number, date) from two of them is one document.';

create table accounting.market_document_line (
    document_id uuid not null references accounting.market_document (document_id),
    line integer not null,
    payment_type text not null default '',
    product_id text not null default '',
    product_code text not null default '',
    quantity numeric(15, 3),
    price numeric(15, 2),
    income numeric(15, 2),
    refund numeric(15, 2),
    amount numeric(15, 2),
    primary key (document_id, line)
);

create table accounting.market_document_history (
    document_id uuid not null,
    revision integer not null,
    head jsonb not null,
    lines jsonb not null,
    archived_at timestamptz not null default now(),
    primary key (document_id, revision)
);
create trigger history_is_kept before update or delete or truncate on accounting.market_document_history
for each statement execute function accounting.refuse();
create trigger history_is_kept before delete or truncate on accounting.market_document
for each statement execute function accounting.refuse();

create function accounting.guard_market_document() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' and (
        old.kind, old.organization_inn, old.shop_id
    ) is distinct from (
        new.kind, new.organization_inn, new.shop_id
    ) then
        raise exception 'document % keeps its kind, organisation and shop', old.document_id
            using errcode = 'check_violation', constraint = 'document_identity_is_fixed';
    end if;
    if exists (
        select from control.closed_period
        where
            closed_period.organization_inn = new.organization_inn
            and (new.date <= closed_period.through or (tg_op = 'UPDATE' and old.date <= closed_period.through))
    ) then
        raise exception 'a document of % dated % lies in a closed period', new.organization_inn, new.date
            using errcode = 'check_violation', constraint = 'document_not_in_closed_period';
    end if;
    if tg_op = 'INSERT' then
        if new.status <> 'new' then
            raise exception 'document % begins as %, not as new', new.document_id, new.status
                using errcode = 'check_violation', constraint = 'document_begins_as_new';
        end if;
        if not exists (
            select from control.integration
            where
                integration.organization_inn = new.organization_inn
                and integration.product = 'market'
                and integration.start_date <= new.date
        ) then
            raise exception 'a document of % dated % lies before the start of the integration',
                new.organization_inn, new.date
                using errcode = 'check_violation', constraint = 'document_not_before_start';
        end if;
        return new;
    end if;
    if old.digest <> new.digest and old.status <> 'new' and not exists (
        select from control.decision
        where
            decision.document_id = old.document_id
            and decision.resolution = 'reverse'
            and decision.held ->> 'digest' = new.digest
    ) then
        raise exception 'document % is % and cannot be changed', old.document_id, old.status
            using errcode = 'check_violation', constraint = 'accepted_document_is_fixed';
    end if;
    if new.status <> old.status and (
        new.status_by is null or new.status_at is not distinct from old.status_at
    ) then
        new.status_by := session_user;
        new.status_at := now();
        new.status_reason := null;
    end if;
    if old.digest <> new.digest then
        insert into accounting.market_document_history (document_id, revision, head, lines)
        select
            old.document_id,
            old.revision,
            to_jsonb(old),
            coalesce(jsonb_agg(to_jsonb(part) - 'document_id' order by part.line), '[]')
        from accounting.market_document_line as part
        where part.document_id = old.document_id;
        delete from accounting.market_document_line where document_id = old.document_id;
        new.revision := old.revision + 1;
    end if;
    return new;
end
$$;
comment on function accounting.guard_market_document is
'What the database keeps true of a document; a new content takes the former one, lines and all, to the history.';
create trigger document_guard before insert or update on accounting.market_document
for each row execute function accounting.guard_market_document();

-- A decision is about a shift or about a document.
alter table control.decision
alter column shift_id drop not null,
add column document_id uuid,
add constraint decision_is_about_something check (num_nonnulls(shift_id, document_id) = 1);
create unique index one_open_decision_of_document on control.decision (document_id) where state = 'open';
drop trigger decision_guard on control.decision;
create trigger decision_guard before update on control.decision
for each row
when (
    old.state <> 'open'
    or (
        old.organization_inn, old.kind, old.shift_id, old.reason, old.kept, old.held, old.proposal, old.digest,
        old.evidence, old.decided_by, old.decided_at, old.batch_id, old.rival_id, old.document_id
    )
    is distinct from (
        new.organization_inn, new.kind, new.shift_id, new.reason, new.kept, new.held, new.proposal, new.digest,
        new.evidence, new.decided_by, new.decided_at, new.batch_id, new.rival_id, new.document_id
    )
)
execute function control.guard_decision();

create unlogged table stage.market_document (
    batch_id bigint not null,
    shard integer not null,
    kind text not null,
    shop_id text not null,
    key text not null,
    day date not null,
    number text not null,
    counterparty text not null,
    counterparty_inn text not null,
    amount bigint,
    supplier_id text not null,
    paper_number text not null,
    paper_day date,
    waybill_ids text[] not null,
    sources text[] not null,
    evidence bigint[] not null,
    document_id uuid not null generated always as (md5('market:' || kind || ':' || key)::uuid) stored
);
comment on table stage.market_document is 'Amounts in kopecks.';
create index stage_market_document_of_batch on stage.market_document (batch_id, shard);

create unlogged table stage.market_document_line (
    batch_id bigint not null,
    shard integer not null,
    kind text not null,
    key text not null,
    line integer not null,
    payment_type text not null,
    product_id text not null,
    product_code text not null,
    quantity bigint,
    price bigint,
    income bigint,
    refund bigint,
    amount bigint,
    document_id uuid not null generated always as (md5('market:' || kind || ':' || key)::uuid) stored
);
comment on table stage.market_document_line is 'Money in kopecks, quantities in thousandths.';
create index stage_market_document_line_of_batch on stage.market_document_line (batch_id, shard);

-- here: accounting.document.0011

create view accounting.cashless_report as
select
    document_id,
    number,
    date,
    organization_inn,
    kpp,
    shop_id,
    amount,
    status,
    revision,
    loaded_at,
    batch_id
from accounting.market_document
where kind = 'cashless_report';
comment on view accounting.cashless_report is 'Безналичная выручка of a shop and day, net of refunds.';

create view accounting.cashless_report_line as
select
    line.document_id,
    line.payment_type,
    line.income,
    line.refund,
    line.amount
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'cashless_report';

create view accounting.sales_report as
select
    document_id,
    number,
    date,
    organization_inn,
    kpp,
    shop_id,
    amount,
    status,
    revision,
    loaded_at,
    batch_id
from accounting.market_document
where kind = 'sales_report';
comment on view accounting.sales_report is 'Отчёт о проданных товарах of a shop and day, refunds subtracted.';

create view accounting.sales_report_line as
select
    line.document_id,
    line.product_id,
    line.product_code,
    line.quantity,
    line.amount
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'sales_report';

create view accounting.waybill as
select
    document_id,
    number,
    date,
    organization_inn,
    kpp,
    shop_id,
    supplier_id,
    counterparty as supplier,
    counterparty_inn as supplier_inn,
    paper_date as document_date,
    amount,
    sources,
    waybill_ids,
    status,
    revision,
    loaded_at,
    batch_id
from accounting.market_document
where kind = 'waybill';
comment on view accounting.waybill is 'Приходная накладная: what a shop received, by the day of receipt.';

create view accounting.waybill_line as
select
    line.document_id,
    line.line,
    line.product_id,
    line.quantity,
    line.price,
    line.amount
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'waybill';

-- Of two sources that tell of one shift a decision keeps one, and reverses the orders of the other.
-- here: accounting.check_order_statuses.0011
