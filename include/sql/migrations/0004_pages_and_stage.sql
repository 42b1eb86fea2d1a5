-- Run by `smena migrate`, revision 0004: the evidence, and the room where a batch waits to be published.

create table raw.page (
    page_id bigint generated always as identity primary key,
    batch_id bigint not null references control.batch (batch_id),
    fetch_id bigint not null,
    kkt_reg_id text,
    method text not null,
    address text not null,
    status integer not null,
    fetched_at timestamptz not null,
    sha256 bytea not null check (length(sha256) = 32),
    body bytea not null,
    body_bytes bigint not null
);
-- The body is compressed (zstd) before it comes here.
alter table raw.page alter column body set storage external;
create index page_of_fetch on raw.page (fetch_id, page_id);
comment on column raw.page.address is 'Without secrets.';
comment on column raw.page.sha256 is 'Of the bytes as they came, before compression.';

create trigger evidence_is_kept before update or delete or truncate on raw.page
for each statement execute function accounting.refuse();

create unlogged table stage.shift (
    batch_id bigint not null,
    shard integer not null,
    kkt_reg_id text not null,
    fiscal_drive_number text not null,
    shift_number integer not null,
    fiscal_document_number bigint not null,
    fiscal_sign bigint,
    opened_at timestamp,
    closed_at timestamp not null,
    received_at timestamp,
    receipts integer,
    cash_income bigint,
    cash_refund bigint,
    cash_payout bigint,
    cash_payout_refund bigint,
    cashless_income bigint,
    cashless_refund bigint,
    detail text,
    order_day date,
    outcome text not null,
    reason text,
    evidence bigint[] not null,
    shift_id uuid not null generated always as (accounting.shift_id(fiscal_drive_number, shift_number)) stored
);
comment on table stage.shift is 'Sums in kopecks, received_at in UTC.';
create index stage_shift_of_batch on stage.shift (batch_id, shard);

create unlogged table stage.cash_order (
    batch_id bigint not null,
    shard integer not null,
    fiscal_drive_number text not null,
    shift_number integer not null,
    kind text not null,
    operation text not null,
    taxation text not null,
    agent boolean not null,
    day date not null,
    amount bigint not null,
    vat bigint,
    vat_by_rate jsonb,
    debit_account text not null,
    credit_account text not null,
    shift_id uuid not null generated always as (accounting.shift_id(fiscal_drive_number, shift_number)) stored
);
comment on table stage.cash_order is 'Amounts in kopecks.';
create index stage_cash_order_of_batch on stage.cash_order (batch_id, shard);

create unlogged table stage.reject (
    batch_id bigint not null,
    shard integer not null,
    page_id bigint,
    kkt_reg_id text,
    kind text not null,
    step text not null,
    reason text not null,
    record text not null,
    day date,
    fiscal_drive_number text,
    shift_number bigint,
    fiscal_document_number bigint
);
create index stage_reject_of_batch on stage.reject (batch_id, shard);
