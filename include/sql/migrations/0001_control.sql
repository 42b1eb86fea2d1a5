-- Run by `smena migrate`, revision 0001: the four schemas, and the ledgers that tell what was asked, done and decided.

create extension if not exists btree_gist;

create schema raw;
create schema stage;
create schema accounting;
create schema control;

comment on schema raw is 'Evidence: what the services answered, byte for byte. Append-only.';
comment on schema stage is 'What a batch is about to publish. May be emptied at any time.';
comment on schema accounting is 'What the accountant sees.';
comment on schema control is 'Who is integrated from when, what was loaded, what was refused, and what was decided.';

create function control.is_inn(inn text) returns boolean
language sql immutable strict parallel safe
as $$
    select case
        when inn !~ '^([0-9]{10}|[0-9]{12})$' or inn like '00%' then false
        when length(inn) = 10 then
            substr(inn, 10, 1)::int = (
                select sum(substr(inn, place::int, 1)::int * weight) % 11 % 10
                from unnest(array[2, 4, 10, 3, 5, 9, 4, 6, 8]) with ordinality as weights (weight, place)
            )
        else
            substr(inn, 11, 1)::int = (
                select sum(substr(inn, place::int, 1)::int * weight) % 11 % 10
                from unnest(array[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) with ordinality as weights (weight, place)
            )
            and substr(inn, 12, 1)::int = (
                select sum(substr(inn, place::int, 1)::int * weight) % 11 % 10
                from unnest(array[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) with ordinality as weights (weight, place)
            )
    end
$$;

create table control.organization (
    inn text primary key check (control.is_inn(inn)),
    kpp text not null default '' check (kpp = '' or kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'),
    name text not null check (name <> ''),
    tariff text not null check (tariff in ('uchetny', 'other')),
    modifier text check (modifier in ('accounting_hr')),
    timezone text not null default 'Europe/Moscow',
    detail text not null default 'totals' check (detail in ('totals', 'receipts')),
    refunds text not null default 'rko' check (refunds in ('rko', 'net')),
    date_policy text not null default 'shift_close' check (date_policy in ('shift_close', 'shift_open')),
    keeps_cash_documents boolean not null default true check (keeps_cash_documents or length(inn) = 12),
    bad_share_limit numeric(4, 3) not null default 0.2 check (bad_share_limit between 0 and 1),
    ofd_connection text not null default 'kontur_ofd',
    market_connection text not null default 'kontur_market',
    created_at timestamptz not null default now()
);

create table control.account_rule (
    account_rule_id bigint generated always as identity primary key,
    organization_inn text references control.organization (inn),
    operation text not null
    check (operation in ('cash_income', 'cash_refund', 'cash_payout', 'cash_payout_refund')),
    taxation text,
    agent boolean,
    debit_account text not null,
    credit_account text not null,
    unique nulls not distinct (organization_inn, operation, taxation, agent)
);
comment on table control.account_rule is
'Accounts of cash orders. An organisation''s own rule goes before a common one, a narrower one before a wider one.';

insert into control.account_rule (operation, agent, debit_account, credit_account)
values
('cash_income', null, '50.01', '90.01.1'),
('cash_income', true, '50.01', '76'),
('cash_refund', null, '90.01.1', '50.01'),
('cash_refund', true, '76', '50.01'),
('cash_payout', null, '60.01', '50.01'),
('cash_payout_refund', null, '50.01', '60.01');

create table control.integration (
    organization_inn text not null references control.organization (inn),
    product text not null check (product in ('ofd', 'market')),
    state text not null check (state in ('on', 'off')),
    start_date date not null,
    reason text not null default '',
    changed_by text not null,
    changed_at timestamptz not null default now(),
    primary key (organization_inn, product)
);
comment on column control.integration.start_date is
'Documents are loaded from this date on: the date of the last switching on, kept while off.';

create table control.integration_history (
    integration_history_id bigint generated always as identity primary key,
    organization_inn text not null,
    product text not null,
    state text not null,
    start_date date not null,
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null
);

-- here: control.keep_integration_history.0001

create trigger integration_history after insert or update on control.integration
for each row execute function control.keep_integration_history();

create table control.closed_period (
    organization_inn text primary key references control.organization (inn),
    through date not null,
    closed_by text not null,
    closed_at timestamptz not null default now()
);
comment on table control.closed_period is 'Nothing is written on or before this date any more.';

create table control.register (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    ofd_organization_id text not null,
    name text not null default '',
    address text not null default '',
    permission_from date,
    permission_to date,
    first_document_at timestamp,
    last_document_at timestamp,
    read_through timestamp,
    seen_at timestamptz not null,
    primary key (organization_inn, kkt_reg_id)
);
comment on column control.register.read_through is
'Every document formed up to this moment was asked for. A register whose newest document is not after it has nothing new.';

create table control.register_kpp (
    organization_inn text not null,
    kkt_reg_id text not null,
    valid daterange not null,
    kpp text not null,
    primary key (organization_inn, kkt_reg_id, valid without overlaps),
    foreign key (organization_inn, kkt_reg_id) references control.register (organization_inn, kkt_reg_id)
);
comment on table control.register_kpp is
'Which КПП, and so which cash book, a register belonged to at a date.';

create table control.batch (
    batch_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null check (product in ('ofd', 'market')),
    run_id text not null,
    reason text not null check (reason in ('planned', 'asked')),
    detail text not null,
    first_day date,
    last_day date,
    planned_at timestamptz not null default now(),
    state text not null default 'planned' check (state in ('planned', 'published', 'stopped')),
    finished_at timestamptz,
    summary jsonb not null default '{}',
    check (first_day <= last_day)
);
create index batch_of_organization on control.batch (organization_inn, product, batch_id);

create table control.shard (
    batch_id bigint not null references control.batch (batch_id),
    shard integer not null,
    state text not null default 'planned' check (state in ('planned', 'staged', 'stopped')),
    shifts bigint,
    orders bigint,
    rejects bigint,
    reason text,
    primary key (batch_id, shard)
);

create sequence control.fetch_id;

create table control.assignment (
    batch_id bigint not null,
    shard integer not null,
    kkt_reg_id text not null,
    first_day date not null,
    last_day date not null,
    reason text not null check (reason in ('missing', 'look_back', 'silent', 'asked')),
    ask_through timestamp not null,
    read_through timestamp,
    state text not null default 'planned'
    check (state in ('planned', 'listed', 'read', 'refused', 'unreadable', 'failed')),
    fetch_id bigint,
    receipts_fetch_id bigint,
    error text,
    primary key (batch_id, kkt_reg_id, first_day),
    foreign key (batch_id, shard) references control.shard (batch_id, shard),
    check (first_day <= last_day)
);
comment on table control.assignment is
'What a batch asks of each register: listed when its z-reports are here, read when all that they need is here.';
comment on column control.assignment.fetch_id is
'Only pages of the fetches named here count: those of a fetch that was cut short do not.';
comment on column control.assignment.ask_through is
'The end of the window as asked, local: later than last_day where it is open, should the service read it by receipt.';
create index assignment_of_shard on control.assignment (batch_id, shard);

create table control.coverage (
    organization_inn text not null references control.organization (inn),
    product text not null,
    kkt_reg_id text not null,
    days daterange not null check (not isempty(days)),
    evidence text not null check (evidence in ('read', 'silent')),
    batch_id bigint not null references control.batch (batch_id),
    recorded_at timestamptz not null default now()
);
comment on table control.coverage is
'Days of a register that are proved loaded: read, or known to be silent because its newest document is older.';
create index coverage_of_register on control.coverage (organization_inn, product, kkt_reg_id);

create table control.covered_day (
    organization_inn text not null references control.organization (inn),
    product text not null,
    day date not null,
    batch_id bigint not null references control.batch (batch_id),
    covered_at timestamptz not null default now(),
    primary key (organization_inn, product, day)
);
comment on table control.covered_day is 'Days on which every register within reach of an organisation is covered.';

create table control.gap (
    organization_inn text not null references control.organization (inn),
    product text not null,
    kkt_reg_id text not null,
    days daterange not null check (not isempty(days)),
    reason text not null check (reason in ('no_permission', 'before_first_document', 'refused', 'unreadable', 'failed')),
    details text not null default '',
    batch_id bigint references control.batch (batch_id),
    primary key (organization_inn, product, kkt_reg_id, days, reason)
);
comment on table control.gap is 'Wanted days that are out of reach as of the last plan, and why. Made anew by each plan.';

create table control.quarantine (
    quarantine_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null,
    kkt_reg_id text,
    kind text not null,
    step text not null check (step in ('extract', 'read', 'check', 'transform', 'match')),
    reason text not null,
    record text not null,
    digest text not null,
    day date,
    page_id bigint,
    batch_id bigint not null references control.batch (batch_id),
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    times_seen integer not null default 1,
    state text not null default 'open' check (state in ('open', 'released', 'given_up')),
    unique (organization_inn, product, digest)
);

create table control.check_result (
    check_result_id bigint generated always as identity primary key,
    batch_id bigint not null references control.batch (batch_id),
    shard integer not null,
    suite text not null,
    expectation text not null,
    column_name text,
    severity text not null check (severity in ('record', 'batch', 'warning')),
    success boolean not null,
    checked_rows bigint not null,
    bad_rows bigint not null,
    details jsonb not null default '{}',
    checked_at timestamptz not null default now()
);
create index check_result_of_batch on control.check_result (batch_id, shard);

create table control.decision (
    decision_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kind text not null check (kind in ('conflict', 'duplicate')),
    shift_id uuid not null,
    state text not null default 'open' check (state in ('open', 'resolved')),
    reason text not null,
    kept jsonb not null,
    held jsonb not null,
    digest text not null,
    evidence bigint[] not null default '{}',
    decided_by text not null,
    decided_at timestamptz not null default now(),
    batch_id bigint not null references control.batch (batch_id),
    unique (shift_id, kind, digest)
);
comment on table control.decision is
'What was kept and what was held back, why, on which evidence, by whom (a rule or a person), and when.';
