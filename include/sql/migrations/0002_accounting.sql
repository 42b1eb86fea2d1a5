-- Run by `smena migrate`, revision 0002: the accounting that people read, and what the database itself keeps true of it.

create function accounting.shift_id(fiscal_drive_number text, shift_number integer) returns uuid
language sql immutable strict parallel safe
return md5('shift:' || fiscal_drive_number || ':' || shift_number::text)::uuid;
comment on function accounting.shift_id is
'A shift is known by its fiscal drive (ФН) and number; every run gives it the same id.';

-- here: accounting.order_id.0002

create table accounting.shift (
    shift_id uuid primary key,
    organization_inn text not null references control.organization (inn),
    kpp text not null,
    kkt_reg_id text not null,
    fiscal_drive_number text not null,
    shift_number integer not null check (shift_number > 0),
    fiscal_document_number bigint not null,
    fiscal_sign bigint,
    opened_at timestamp,
    closed_at timestamp not null,
    received_at timestamptz,
    receipts integer,
    cash_income numeric(15, 2) check (cash_income >= 0),
    cash_refund numeric(15, 2) check (cash_refund >= 0),
    cash_payout numeric(15, 2) check (cash_payout >= 0),
    cash_payout_refund numeric(15, 2) check (cash_payout_refund >= 0),
    cashless_income numeric(15, 2) check (cashless_income >= 0),
    cashless_refund numeric(15, 2) check (cashless_refund >= 0),
    source text not null check (source in ('ofd', 'market')),
    detail text check (detail in ('totals', 'receipts')),
    order_date date,
    outcome text not null check (
        outcome in (
            'issued', 'no_cash', 'incomplete', 'duplicate', 'conflict', 'needs_review', 'before_start',
            'closed_period', 'rejected'
        )
    ),
    reason text,
    evidence bigint[] not null,
    revision integer not null default 1,
    batch_id bigint not null references control.batch (batch_id),
    loaded_at timestamptz not null default now(),
    unique (fiscal_drive_number, shift_number),
    check (
        outcome not in ('issued', 'no_cash')
        or (
            cash_income is not null and cash_refund is not null
            and cash_payout is not null and cash_payout_refund is not null
        )
    )
);
create index shift_of_organization on accounting.shift (organization_inn, closed_at);
comment on table accounting.shift is 'Every closed shift that a source told of, once, with what became of it.';
comment on column accounting.shift.closed_at is 'Local time of the register, without a zone; so is opened_at.';
comment on column accounting.shift.evidence is 'Pages of raw.page that the shift was read from.';

create table accounting.cash_order (
    document_id uuid primary key,
    shift_id uuid not null references accounting.shift (shift_id),
    organization_inn text not null references control.organization (inn),
    kpp text not null,
    kind text not null check (kind in ('pko', 'rko')),
    number bigint not null check (number > 0),
    date date not null,
    book_year integer not null generated always as (extract(year from date)) stored,
    counterparty text not null,
    amount numeric(15, 2) not null check (amount > 0),
    source text not null check (source in ('ofd', 'market')),
    status text not null default 'new' check (status in ('new', 'accepted', 'rejected', 'reversed')),
    operation text not null check (operation in ('cash_income', 'cash_refund', 'cash_payout', 'cash_payout_refund')),
    taxation text not null,
    agent boolean not null,
    debit_account text not null,
    credit_account text not null,
    vat numeric(15, 2) check (vat >= 0 and vat < amount),
    vat_by_rate jsonb,
    basis text not null,
    revision integer not null default 1,
    batch_id bigint not null references control.batch (batch_id),
    loaded_at timestamptz not null default now(),
    unique (organization_inn, kpp, book_year, number),
    check ((kind = 'pko') = (operation in ('cash_income', 'cash_payout_refund')))
);
comment on table accounting.cash_order is
'ПКО and РКО. Never deleted; a revision leaves its former contents in cash_order_history.';

create unique index one_live_order on accounting.cash_order (shift_id, operation, taxation, agent)
where status in ('new', 'accepted');
create index cash_order_of_organization on accounting.cash_order (organization_inn, date);

create table accounting.shift_history (like accounting.shift, archived_at timestamptz not null default now());
create index shift_history_of_shift on accounting.shift_history (shift_id, revision);

create table accounting.cash_order_history (
    like accounting.cash_order,
    archived_at timestamptz not null default now()
);
create index cash_order_history_of_document on accounting.cash_order_history (document_id, revision);

-- here: accounting.document.0002
comment on view accounting.document is 'Учет → Документы: every loaded document, one row each.';
