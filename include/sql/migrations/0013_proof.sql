-- Run by `smena migrate`, revision 0013: what is proved complete, what the sources tell now, and what differs.

alter table control.batch drop constraint batch_reason_check;
alter table control.batch add constraint batch_reason_check check (
    reason in ('planned', 'asked', 'backfill', 'reconcile')
);

alter table accounting.shift add column documents_quantity integer;
alter table accounting.shift_history add column documents_quantity integer;
alter table stage.shift add column documents_quantity integer;
comment on column accounting.shift.documents_quantity is
'Fiscal documents from the opening report to the z-report, both counted, as the z-report tells.';

-- here: accounting.keep_shift_history.0013

create table control.told_shift (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    shift_number integer not null,
    opened_at timestamp,
    closed_at timestamp,
    receipts integer not null,
    cash_income numeric(15, 2) not null,
    cash_refund numeric(15, 2) not null,
    cash_payout numeric(15, 2) not null,
    cash_payout_refund numeric(15, 2) not null,
    cashless_income numeric(15, 2) not null,
    cashless_refund numeric(15, 2) not null,
    corrections integer not null default 0,
    page_id bigint not null,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.told_shift is
'Totals by shift as the source told them when it was last asked for proof. An end is empty where it was not told.';
comment on column control.told_shift.corrections is
'How many correction receipts, read from the evidence, had to be added: the operator''s totals leave them out.';
create index told_shift_of_register on control.told_shift (organization_inn, kkt_reg_id, shift_number);

create table control.told_opening (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    fiscal_drive_number text not null,
    shift_number integer not null,
    opened_at timestamp not null,
    page_id bigint not null,
    batch_id bigint not null references control.batch (batch_id),
    primary key (organization_inn, fiscal_drive_number, shift_number)
);
comment on table control.told_opening is 'Opening reports of shifts, as the source told them when it was last asked.';

create table control.told_day (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    told_by text not null check (told_by in ('by_days', 'by_shifts')),
    day date not null,
    receipts integer not null,
    cash_income numeric(15, 2) not null,
    cash_refund numeric(15, 2) not null,
    cash_payout numeric(15, 2) not null,
    cash_payout_refund numeric(15, 2) not null,
    cashless_income numeric(15, 2) not null,
    cashless_refund numeric(15, 2) not null,
    page_id bigint,
    batch_id bigint not null references control.batch (batch_id),
    primary key (organization_inn, kkt_reg_id, told_by, day)
);
comment on table control.told_day is
'Totals by day as the source told them; of the whole organisation where kkt_reg_id is empty. Where they are not those of '
'the shifts, what the shifts tell of that day (by_shifts) stands beside.';

create table control.completeness (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    day date not null,
    verdict text not null check (
        verdict in ('complete', 'open', 'missing', 'out_of_reach', 'offline', 'disabled')
    ),
    reason text not null default '',
    missing text[] not null default '{}',
    shifts integer not null,
    batch_id bigint not null references control.batch (batch_id),
    checked_at timestamptz not null default now(),
    primary key (organization_inn, kkt_reg_id, day)
);
comment on table control.completeness is
'Whether every shift of a register and a day is here, as of the last reconciliation, and what is missing by its numbers.';

create view control.completeness_of_organization as
select
    organization_inn,
    day,
    (array_agg(verdict order by badness desc))[1] as verdict,
    count(*) as registers,
    count(*) filter (where verdict in ('complete', 'offline')) as proved,
    sum(shifts)::bigint as shifts,
    min(checked_at) as checked_at
from (
    select
        completeness.*,
        array_position(
            array['disabled', 'complete', 'open', 'offline', 'out_of_reach', 'missing'], verdict
        ) as badness
    from control.completeness
) as ranked
group by organization_inn, day;
comment on view control.completeness_of_organization is 'A day of an organisation is the worst of its registers.';

create table control.difference (
    difference_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kind text not null check (
        kind in (
            'shift_totals', 'shift_receipts', 'shift_not_told', 'documents', 'days', 'organization_days', 'orders',
            'two_sources'
        )
    ),
    kkt_reg_id text,
    day date not null,
    amount numeric(15, 2) not null,
    cause text not null,
    details jsonb not null default '{}',
    shifts uuid[] not null default '{}',
    documents uuid[] not null default '{}',
    digest text not null,
    first_seen timestamptz not null default now(),
    last_seen timestamptz not null default now(),
    closed_at timestamptz,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.difference is
'What disagrees (сверка): ours less theirs in roubles, the likely cause, the shifts and documents behind it. A difference '
'that is not found any more is closed; the same one found again later is a new row.';
create unique index open_difference on control.difference (organization_inn, digest) where closed_at is null;
create index difference_of_organization on control.difference (organization_inn, day);
