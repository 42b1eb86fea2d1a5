-- Run by `smena migrate`, revision 0001_warehouse: the whole schema of the warehouse, on PostgreSQL 16 and newer.
--
-- raw         evidence: what the services answered, byte for byte
-- stage       rows that a batch is about to publish
-- accounting  shifts, orders and documents for accountants
-- control     who is integrated, and what was requested, proved, refused and decided
-- mart        views with a contract for other programs
--
-- Sections: the roles; common functions; control (organisations, mandates, periods, what is listed, batches,
-- quarantine, decisions, reconciliation, the pages); raw; accounting (shifts, orders, Market's documents); stage; what
-- is proved; rights. A table is followed by its comments and indexes, then by its triggers.
--
-- `smena migrate` first checks the server, the extension and the rights (migration_ground.sql); this script is one
-- transaction all the same.

create extension if not exists btree_gist;

-- Roles. They belong to the whole server: another of its databases may have made them already, and they stay when this
-- one is dropped.

do $$
declare
    wanted text;
begin
    foreach wanted in array array['smena_owner', 'smena_loader', 'smena_accountant', 'smena_auditor'] loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I nologin noinherit', wanted);
            end if;
            if
                not (select rolsuper from pg_roles where rolname = current_user)
                and not pg_has_role(current_user, wanted, 'set')
            then
                execute format('grant %I to current_user with inherit true, set true', wanted);
            end if;
        exception
            -- Another database that is migrated at the same time has just made it.
            when duplicate_object or unique_violation then null;
        end;
    end loop;
    -- The loader may show pages too, and becomes an accountant for each.
    foreach wanted in array array['smena_owner', 'smena_loader'] loop
        begin
            if not pg_has_role(wanted, 'smena_accountant', 'set') then
                execute format('grant smena_accountant to %I with inherit false, set true', wanted);
            end if;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

-- Schemas and common functions.

create schema raw;
create schema stage;
create schema accounting;
create schema control;

comment on schema raw is 'Evidence: what the services answered, byte for byte. Append-only.';
comment on schema stage is 'Rows that a batch is about to publish. May be emptied at any time.';
comment on schema accounting is 'Shifts, orders and documents for accountants.';
comment on schema control is 'Who is integrated from when, and what was requested, loaded, refused and decided.';

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

create function control.days_between(first_day date, last_day date) returns daterange
language sql immutable parallel safe
as $$
    select case when first_day > last_day then 'empty'::daterange else daterange(first_day, last_day, '[]') end
$$;
comment on function control.days_between(date, date) is
'Days from the first through the last; null is no bound. Empty if the first is after the last.';

create function control.each_day(days daterange, first_day date, last_day date) returns setof date
language sql immutable parallel safe
as $$
    select day.day::date
    from generate_series(
        greatest(lower(days), first_day)::timestamp, least(upper(days) - 1, last_day)::timestamp, interval '1 day'
    ) as day (day)
$$;
comment on function control.each_day(daterange, date, date) is
'Each day of the range from the first through the last one.';

-- A reason is `code` or `code {"argument": value}`; of several the first counts. A text that a person typed has no
-- code.
create function control.reason_code(reason text) returns text
language sql immutable strict parallel safe
return substring(split_part(reason, chr(10), 1), '^([a-z][a-z0-9_]*)(?: \{.*\})?$');

create function control.reason_args(reason text) returns jsonb
language plpgsql immutable strict parallel safe
as $$
declare
    arguments text := substring(split_part(reason, chr(10), 1), '^[a-z][a-z0-9_]* (\{.*\})$');
begin
    return case when pg_input_is_valid(arguments, 'jsonb') then arguments::jsonb end;
end
$$;

create function accounting.refuse() returns trigger
language plpgsql
as $$
begin
    raise exception '% of %.% is refused: history is kept', tg_op, tg_table_schema, tg_table_name
        using errcode = 'integrity_constraint_violation';
end
$$;

create function accounting.shift_id(fiscal_drive_number text, shift_number integer) returns uuid
language sql immutable strict parallel safe
return md5('shift:' || fiscal_drive_number || ':' || shift_number::text)::uuid;
comment on function accounting.shift_id is
'The fiscal drive (ФН) and number identify a shift; every run gives it the same id.';

create function accounting.till_shift_id(cashbox_id text, till_shift text) returns uuid
language sql immutable strict parallel safe
return md5('till:' || cashbox_id || ':' || till_shift)::uuid;

create function accounting.order_id(
    shift_id uuid, operation text, taxation text, agent boolean, issue integer
) returns uuid
language sql immutable parallel safe
return md5(
    'order:' || shift_id::text || ':' || operation || ':' || taxation || ':' || case when agent then '1' else '0' end
    || case when issue = 1 then '' else ':' || issue::text end
)::uuid;
comment on function accounting.order_id(uuid, text, text, boolean, integer) is
'The id of an order; each issue after a reversal by decision has its own. Not `strict`: the planner inlines its body.';

create function accounting.late_by(closed_at timestamp, received_at timestamp, timezone text) returns interval
language sql stable strict parallel safe
return case
    when (received_at at time zone 'UTC') - (closed_at at time zone timezone) > interval '24 hours'
        then (received_at at time zone 'UTC') - (closed_at at time zone timezone)
end;
comment on function accounting.late_by is
'The closing is the register''s local time, taken for the organisation''s: some hours off at most. Receipt is UTC.';

create function accounting.is_booked(outcome text) returns boolean
language sql immutable strict parallel safe
return outcome in ('issued', 'no_cash', 'conflict');

-- control: organisations, and how their books are kept.

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
    corrections text not null default 'review' check (corrections in ('review', 'book')),
    vat text not null default 'totals' check (vat in ('totals', 'exact')),
    settings_from date,
    bad_share_limit numeric(4, 3) not null default 0.2 check (bad_share_limit between 0 and 1),
    most_changed_orders integer not null default 100 check (most_changed_orders >= 0),
    ofd_connection text not null default 'kontur_ofd',
    market_connection text not null default 'kontur_market',
    okpo text not null default '' check (okpo ~ '^([0-9]{8}|[0-9]{10})?$'),
    head_position text not null default '',
    head_name text not null default '',
    chief_accountant text not null default '',
    cashier text not null default '',
    created_at timestamptz not null default now()
);
comment on column control.organization.corrections is
'Cash of a correction not known to be of its shift''s own day: `review` asks a person, `book` takes it as revenue.';
comment on column control.organization.vat is
'VAT of orders made of totals: `totals` has it where all was paid in cash, `exact` reads the receipts of other shifts.';
comment on column control.organization.okpo is
'Код ОКПО and the signatories (head_position, head_name, chief_accountant, cashier) printed on cash documents; '
'empty: blank.';
comment on column control.organization.settings_from is
'The first day of the accounting settings of this row (detail, refunds, date_policy, keeps_cash_documents, '
'corrections, vat); empty: they hold from the beginning. Those of earlier days are in control.former_settings.';
comment on table control.organization is
'Organisations with their settings: requisites, accounting policy, limits of a load, connections.';
comment on column control.organization.kpp is
'КПП of the head office; a register may have another (control.register_kpp).';
comment on column control.organization.tariff is '`uchetny` permits the integration; `other` needs the modifier.';
comment on column control.organization.detail is
'Where sums come from: `totals` by shift where they are whole, or always `receipts`.';
comment on column control.organization.refunds is
'`rko`: refunds make orders of their own; `net`: they are subtracted from sales.';
comment on column control.organization.date_policy is
'The date of an order: the day on which its shift was closed or opened.';
comment on column control.organization.keeps_cash_documents is
'False for a sole proprietor who keeps none: shifts are stored and make no orders.';
comment on column control.organization.bad_share_limit is 'A batch with a greater share of rejected z-reports stops.';
comment on column control.organization.most_changed_orders is
'A load that would reverse or revise more booked orders stops until a person allows it.';

create function control.organizations_page(
    search text, after_name text, after_inn text, most integer
) returns setof control.organization
language sql stable parallel safe
as $$
    select organization.*
    from control.organization
    where
        (organization.name, organization.inn) > (after_name, after_inn)
        and (
            search = ''
            or organization.inn like search || '%'
            or position(lower(search) in lower(organization.name)) > 0
        )
    order by organization.name, organization.inn
    limit most
$$;
comment on function control.organizations_page is
'Organisations in sight by name and ИНН, `most` of them after the one named; some of the name or the ИНН''s '
'beginning narrows them.';

create table control.former_settings (
    organization_inn text not null references control.organization (inn),
    days daterange not null check (not isempty(days) and not upper_inf(days)),
    detail text not null check (detail in ('totals', 'receipts')),
    refunds text not null check (refunds in ('rko', 'net')),
    date_policy text not null check (date_policy in ('shift_close', 'shift_open')),
    keeps_cash_documents boolean not null,
    corrections text not null check (corrections in ('review', 'book')),
    vat text not null check (vat in ('totals', 'exact')),
    archived_at timestamptz not null default now(),
    constraint one_policy_at_a_time exclude using gist (organization_inn with =, days with &&)
);
comment on table control.former_settings is
'Accounting settings (учётная политика) of earlier days: a shift is booked by those of the day of its closing.';
create trigger history_is_kept before update or delete or truncate on control.former_settings
for each statement execute function accounting.refuse();

create view control.settings_by_day with (security_invoker = true) as
select
    inn as organization_inn,
    daterange(settings_from, null) as days,
    detail,
    refunds,
    date_policy,
    keeps_cash_documents,
    corrections,
    vat
from control.organization
union all
select
    organization_inn,
    days,
    detail,
    refunds,
    date_policy,
    keeps_cash_documents,
    corrections,
    vat
from control.former_settings;
comment on view control.settings_by_day is
'Accounting settings of an organisation with the days on which they hold; each day is in one row.';

create table control.account_rule (
    account_rule_id bigint generated always as identity primary key,
    organization_inn text references control.organization (inn),
    operation text not null
    check (operation in ('cash_income', 'cash_refund', 'cash_payout', 'cash_payout_refund')),
    taxation text,
    agent boolean,
    debit_account text not null,
    credit_account text not null,
    days daterange not null default '(,)' check (not isempty(days)),
    constraint one_rule_at_a_time exclude using gist (
        (coalesce(organization_inn, '')) with =,
        operation with =,
        -- A tax system may be '': unknown.
        (coalesce(taxation, 'any')) with =,
        (coalesce(agent::integer, -1)) with =,
        days with &&
    )
);
comment on table control.account_rule is
'Accounts of cash orders. An organisation''s own rule precedes a common one, a narrower rule a wider one.';
comment on column control.account_rule.days is
'Days of closing of the shifts that it holds for. Orders booked by it do not change when it ends.';

insert into control.account_rule (operation, agent, debit_account, credit_account)
values
('cash_income', null, '50.01', '90.01.1'),
('cash_income', true, '50.01', '76'),
('cash_refund', null, '90.01.1', '50.01'),
('cash_refund', true, '76', '50.01'),
('cash_payout', null, '60.01', '50.01'),
('cash_payout_refund', null, '50.01', '60.01');

create table control.setting_change (
    setting_change_id bigint generated always as identity primary key,
    organization_inn text references control.organization (inn),
    what text not null check (what in ('settings', 'account_rule', 'grant', 'revoke')),
    before jsonb check (jsonb_typeof(before) = 'object'),
    after jsonb check (jsonb_typeof(after) = 'object'),
    changed_by text not null check (changed_by <> ''),
    changed_at timestamptz not null default now(),
    check (before is distinct from after)
);
comment on table control.setting_change is
'Who changed settings, account rules and grants: written in the transaction of the change, only if something changed.';
comment on column control.setting_change.organization_inn is 'Empty: all organisations.';
comment on column control.setting_change.before is
'The changed settings, the whole account rule, or the user of a grant, before the change. Empty: there was none.';
comment on column control.setting_change.after is 'The same after the change. Empty: there is none any more.';
create index setting_change_of_organization on control.setting_change (organization_inn, setting_change_id);
create trigger history_is_kept before update or delete or truncate on control.setting_change
for each statement execute function accounting.refuse();

-- control: certificates, mandates (поручения) and bans (запреты), and the integrations that they switch on and off.

create table control.certificate (
    certificate_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    source text not null check (source in ('manual', 'diadoc')),
    certificate bytea not null,
    subject text not null,
    subject_inn text not null,
    issuer text not null,
    serial text not null,
    key_algorithm text not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    thumbprint_sha1 text not null,
    thumbprint_sha256 text not null,
    added_by text not null,
    added_at timestamptz not null default now(),
    check (subject_inn = organization_inn),
    check (valid_from < valid_to),
    check (thumbprint_sha256 = encode(sha256(certificate), 'hex'))
);
comment on table control.certificate is
'Certificates of heads (DER). The newest row of an organisation is in use, for every product.';
create index certificate_of_organization on control.certificate (organization_inn, certificate_id);

create table control.product (
    product text primary key,
    source text not null check (source in ('ofd', 'market'))
);
comment on table control.product is
'Services that documents are loaded from. Source `ofd`: operators of fiscal data, with registers as units, switched by '
'signed mandates. Source `market`: inventory systems, with shops as units.';
insert into control.product (product, source) values ('ofd', 'ofd'), ('market', 'market');

create table control.mandate (
    mandate_id uuid primary key,
    organization_inn text not null references control.organization (inn),
    product text not null references control.product (product),
    kind text not null check (kind in ('mandate', 'ban')),
    number integer not null check (number > 0),
    start_date date,
    registers text[] not null default '{}',
    made_on date not null,
    text bytea not null,
    digest text not null,
    integration_history_id bigint not null,
    made_by text not null,
    made_at timestamptz not null default now(),
    unique (organization_inn, number),
    check ((kind = 'mandate') = (start_date is not null)),
    check (kind = 'mandate' or registers = '{}'),
    check (digest = encode(sha256(text), 'hex'))
);
comment on table control.mandate is
'Texts to be signed: the mandate (поручение) to transfer fiscal data and its ban (запрет), byte for byte.';
comment on column control.mandate.registers is 'РНМ of the registers that the mandate names; empty: all of them.';
comment on column control.mandate.integration_history_id is
'The newest switching when the text was made, 0 before the first. A text serves only until the next one.';

create table control.mandate_signature (
    mandate_signature_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null,
    kind text not null check (kind in ('mandate', 'ban')),
    mandate_id uuid references control.mandate (mandate_id),
    certificate_id bigint references control.certificate (certificate_id),
    signature bytea not null check (octet_length(signature) <= 1048576),
    verdict text not null check (verdict in ('accepted', 'refused', 'unjudged')),
    reason text not null default '',
    verified_by text not null,
    verified_at timestamptz not null default now(),
    check (verdict <> 'accepted' or (mandate_id is not null and certificate_id is not null))
);
comment on table control.mandate_signature is
'Every signature, accepted or refused, with its verdict; unjudged if this machine could not verify it.';
create unique index mandate_is_used_once on control.mandate_signature (mandate_id) where verdict = 'accepted';

create trigger history_is_kept before update or delete or truncate on control.certificate
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.mandate
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.mandate_signature
for each statement execute function accounting.refuse();

create table control.integration (
    organization_inn text not null references control.organization (inn),
    product text not null references control.product (product),
    state text not null check (state in ('on', 'off')),
    start_date date not null,
    registers text[] not null default '{}',
    mandate_id uuid references control.mandate (mandate_id),
    reason text not null default '',
    changed_by text not null,
    changed_at timestamptz not null default now(),
    primary key (organization_inn, product)
);
comment on column control.integration.start_date is
'Documents are loaded from this date on: the date of the last switching on, also while off.';
comment on column control.integration.registers is 'Only these РНМ are loaded; empty: all of them.';
comment on column control.integration.mandate_id is 'The signed mandate or ban that this state follows from.';
comment on table control.integration is
'Whether an organisation has a product switched on, and from which date. Former states are in integration_history.';

create table control.integration_history (
    integration_history_id bigint generated always as identity primary key,
    organization_inn text not null,
    product text not null,
    state text not null,
    start_date date not null,
    registers text[] not null default '{}',
    mandate_id uuid references control.mandate (mandate_id),
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null
);
comment on table control.integration_history is
'Every state that an integration has had, the present one too, with who set it, when and why.';
create trigger history_is_kept before update or delete or truncate on control.integration_history
for each statement execute function accounting.refuse();

create function control.keep_integration_history() returns trigger
language plpgsql
as $$
begin
    insert into control.integration_history
        (organization_inn, product, state, start_date, reason, changed_by, changed_at, registers, mandate_id)
    values (
        new.organization_inn, new.product, new.state, new.start_date, new.reason, new.changed_by, new.changed_at,
        new.registers, new.mandate_id
    );
    return null;
end
$$;

create trigger integration_history after insert or update on control.integration
for each row execute function control.keep_integration_history();

create function control.check_switching() returns trigger
language plpgsql
as $$
begin
    if not exists (select from control.product where product.product = new.product and product.source = 'ofd') then
        return null;
    end if;
    if tg_op = 'UPDATE' then
        if
            (old.state, old.start_date, old.registers, old.mandate_id)
            is not distinct from (new.state, new.start_date, new.registers, new.mandate_id)
        then
            return null;
        end if;
        if old.mandate_id is not distinct from new.mandate_id then
            raise exception '% of % is switched without a new signature', new.product, new.organization_inn
                using errcode = 'check_violation', constraint = 'switching_is_signed';
        end if;
    end if;
    if not exists (
        select from control.mandate
        inner join control.mandate_signature
            on mandate.mandate_id = mandate_signature.mandate_id and mandate_signature.verdict = 'accepted'
        where
            mandate.mandate_id = new.mandate_id
            and mandate.organization_inn = new.organization_inn
            and mandate.product = new.product
            and (
                (new.state = 'off' and mandate.kind = 'ban')
                or (
                    new.state = 'on'
                    and mandate.kind = 'mandate'
                    and mandate.start_date = new.start_date
                    and mandate.registers = new.registers
                )
            )
    ) then
        raise exception '% of % is switched without a signed text', new.product, new.organization_inn
            using errcode = 'check_violation', constraint = 'switching_is_signed';
    end if;
    return null;
end
$$;

create trigger switching_is_signed after insert or update on control.integration
for each row
execute function control.check_switching();

create view control.integration_of_source with (security_invoker = true) as
select distinct on (integration.organization_inn, product.source)
    integration.organization_inn,
    product.source,
    integration.product,
    integration.state,
    integration.start_date,
    integration.registers
from control.integration
inner join control.product on integration.product = product.product
order by integration.organization_inn asc, product.source asc, integration.state desc, integration.changed_at desc;
comment on view control.integration_of_source is
'An organisation''s connections and their state: for each source the product that is on, else the last one.';

create view control.operator with (security_invoker = true) as
select
    organization_inn,
    product,
    state,
    start_date,
    registers
from control.integration_of_source
where source = 'ofd';
comment on view control.operator is 'The operator of fiscal data of each organisation.';

create view control.inventory with (security_invoker = true) as
select
    organization_inn,
    product,
    state,
    start_date
from control.integration_of_source
where source = 'market';
comment on view control.inventory is 'The inventory system of each organisation.';

create view control.integration_interval with (security_invoker = true) as
select
    switching.organization_inn,
    switching.product,
    switching.start_date,
    switching.registers,
    switching.changed_at as on_from,
    switching.changed_by as on_by,
    switching.reason as on_reason,
    switching.mandate_id,
    switching.off_at,
    switching.off_by,
    switching.off_reason,
    switching.ban_id
from (
    select
        *,
        lead(changed_at) over next_one as off_at,
        lead(changed_by) over next_one as off_by,
        lead(reason) over next_one as off_reason,
        lead(mandate_id) over next_one as ban_id
    from control.integration_history
    window next_one as (partition by organization_inn, product order by integration_history_id)
) as switching
where switching.state = 'on';
comment on view control.integration_interval is
'From when to when an integration was on, from which date it loaded, by whom and why; off_at is empty while it is on.';

-- control: closed periods. A trigger writes a closing to the history; an opening must be written there first.

create table control.closed_period (
    organization_inn text primary key references control.organization (inn),
    through date not null,
    reason text not null default '',
    closed_by text not null,
    closed_at timestamptz not null default now()
);
comment on table control.closed_period is 'Nothing dated on or before this day is written any more.';

create table control.closed_period_history (
    closed_period_history_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    action text not null check (action in ('close', 'open')),
    through_before date,
    through_after date,
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null default now(),
    transaction_id xid8 not null default pg_current_xact_id()
);
comment on table control.closed_period_history is
'Every closing and opening. Only a transaction that wrote here who opens a period and why can open it.';
create trigger history_is_kept before update or delete or truncate on control.closed_period_history
for each statement execute function accounting.refuse();

create function control.guard_closed_period() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' then
        if new.organization_inn <> old.organization_inn then
            raise exception 'a closed period stays with its organisation' using errcode = 'check_violation';
        end if;
        if new.through >= old.through then
            return new;
        end if;
    end if;
    if not exists (
        select from control.closed_period_history as change
        where
            change.organization_inn = old.organization_inn
            and change.action = 'open'
            and change.transaction_id = pg_current_xact_id()
            and change.through_before = old.through
            and change.through_after is not distinct from case when tg_op = 'UPDATE' then new.through end
    ) then
        raise exception 'the period of % closed through % is opened by control.open_period only',
            old.organization_inn, old.through
            using errcode = 'check_violation', constraint = 'period_is_opened_with_history';
    end if;
    return case when tg_op = 'UPDATE' then new else old end;
end
$$;

create trigger closed_period_guard before update or delete on control.closed_period
for each row execute function control.guard_closed_period();
create trigger closed_period_stays before truncate on control.closed_period
for each statement execute function accounting.refuse();

create function control.keep_closed_period_history() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' or new.through > old.through then
        insert into control.closed_period_history
            (organization_inn, action, through_before, through_after, reason, changed_by)
        values (
            new.organization_inn,
            'close',
            case when tg_op = 'UPDATE' then old.through end,
            new.through,
            new.reason,
            new.closed_by
        );
    end if;
    return null;
end
$$;

create trigger closed_period_history after insert or update on control.closed_period
for each row execute function control.keep_closed_period_history();

create function control.open_period(inn text, earlier date, opened_by text, why text) returns void
language plpgsql
as $$
declare
    closed_through date;
begin
    select through into closed_through from control.closed_period where organization_inn = inn for update;
    if closed_through is null then
        raise exception '% has no closed period', inn using errcode = 'check_violation';
    end if;
    if earlier >= closed_through then
        raise exception 'the period of % is closed through % only', inn, closed_through using errcode = 'check_violation';
    end if;
    insert into control.closed_period_history
        (organization_inn, action, through_before, through_after, reason, changed_by)
    values (inn, 'open', closed_through, earlier, why, opened_by);
    if earlier is null then
        delete from control.closed_period where organization_inn = inn;
    else
        update control.closed_period
        set through = earlier, closed_by = opened_by, closed_at = now(), reason = why
        where organization_inn = inn;
    end if;
end
$$;
comment on function control.open_period is
'Opens a period, or moves its end to an earlier date, with who and why. Nothing else can do this.';

-- control: the services' lists: registers of the OFD, shops of Market, and which cashbox is which register.

create table control.register (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    ofd_organization_id text not null,
    name text not null default '',
    address text not null default '',
    sales_point text not null default '',
    permission_from date,
    permission_to date,
    first_document_at timestamp,
    last_document_at timestamp,
    newest_document_at timestamp,
    has_future_clock boolean not null default false,
    read_through timestamp,
    seen_at timestamptz not null,
    primary key (organization_inn, kkt_reg_id)
);
comment on column control.register.read_through is
'Every document formed up to this moment was requested. A register whose newest document is not later has nothing new.';
comment on column control.register.last_document_at is
'From the newest list; null if the list has no readable value. A hint, never a proof.';
comment on column control.register.newest_document_at is
'The greatest last_document_at of all lists, without times in the future. It never goes back.';
comment on column control.register.has_future_clock is
'Whether the newest list names a document of the future: the clock of the register, or of the list, is wrong.';
comment on table control.register is 'Cash registers of an organisation, as the operator''s newest list has them.';
create index register_of_anyone on control.register (kkt_reg_id);

create table control.register_kpp (
    organization_inn text not null,
    kkt_reg_id text not null,
    valid daterange not null check (not isempty(valid)),
    kpp text not null,
    foreign key (organization_inn, kkt_reg_id) references control.register (organization_inn, kkt_reg_id),
    constraint one_kpp_at_a_time exclude using gist (
        organization_inn with =, kkt_reg_id with =, valid with &&
    )
);
comment on table control.register_kpp is
'Which КПП, and so which cash book, a register belonged to at a date.';

create table control.shop (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    name text not null default '',
    address text not null default '',
    kpp text not null default '',
    is_paid boolean,
    seen_at timestamptz not null,
    primary key (organization_inn, shop_id)
);
comment on table control.shop is
'Shops of Kontur.Market: the units whose documents are requested (unit_id of assignment, coverage, gap, page).';

create table control.point_of_sale (
    organization_inn text not null references control.organization (inn),
    unit_id text not null,
    valid daterange not null check (not isempty(valid)),
    sales_point text not null default '',
    address text not null default '',
    constraint one_point_at_a_time exclude using gist (
        organization_inn with =, unit_id with =, valid with &&
    )
);
comment on table control.point_of_sale is
'At which point of sale a register (unit_id: its РНМ) or shop stood on which days, by the lists of the services. A day '
'without a row, and an empty name or address, are unknown: the list did not say.';
comment on column control.point_of_sale.sales_point is 'salesPointName of the list of registers; of a shop, its name.';

create table control.shop_product (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    product_id text not null,
    name text check (name <> ''),
    tax_system text not null default '',
    vat_rate text not null default '',
    seen_at timestamptz not null,
    primary key (organization_inn, shop_id, product_id)
);
comment on table control.shop_product is
'Products of Kontur.Market from a shop''s list and from lines of documents. Their names are for display only, and so is '
'what their cards say of tax now: no document, digest or decision depends on one.';
comment on column control.shop_product.tax_system is 'Of the card when it was read; empty if it does not say.';
comment on column control.shop_product.vat_rate is
'Of the card when it was read: per cent (22, calculated_22), 0, or no for «без НДС»; empty if it does not say.';
comment on column control.shop_product.name is
'From the list. Null: a line of a document names the product, and no list has its name yet.';
comment on column control.shop_product.seen_at is
'When the name was read first; without a name, when the product was noticed.';
create index shop_product_without_name on control.shop_product (organization_inn, shop_id) where name is null;

create table control.product_list (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    day date not null,
    asked_at timestamptz not null,
    products integer,
    broken jsonb not null default '[]' check (jsonb_typeof(broken) = 'array'),
    failure text,
    primary key (organization_inn, shop_id)
);
comment on table control.product_list is
'When the products of a shop were last requested: at most once per day of the organisation.';
comment on column control.product_list.products is
'How many products with a name it listed; null until the request has ended.';
comment on column control.product_list.broken is 'The first entries without an id or a name: `record` and `reason`.';
comment on column control.product_list.failure is 'The reason why the list could not be read to its end.';

create table control.register_link (
    register_link_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    cashbox_id text not null,
    kkt_reg_id text,
    days daterange not null check (not isempty(days)),
    state text not null check (state in ('in_force', 'proposed', 'withdrawn')),
    evidence jsonb not null default '{}',
    reason text not null default '',
    decided_by text not null,
    decided_at timestamptz not null default now(),
    withdrawn_by text,
    withdrawn_at timestamptz,
    constraint one_register_of_a_cashbox exclude using gist (
        organization_inn with =, cashbox_id with =, days with &&
    ) where (state = 'in_force'),
    constraint one_cashbox_of_a_register exclude using gist (
        organization_inn with =, kkt_reg_id with =, days with &&
    ) where (state = 'in_force' and kkt_reg_id is not null)
);
comment on table control.register_link is
'Which register of the OFD a cashbox of Market is, and on which days; kkt_reg_id is empty if it is no register of '
'the OFD.';
create unique index one_proposal on control.register_link (organization_inn, cashbox_id, kkt_reg_id)
where state = 'proposed';

-- control: batches, what each requests, and which days are proved loaded.

create table control.batch (
    batch_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null references control.product (product),
    run_id text not null,
    load_id bigint references control.batch (batch_id),
    reason text not null check (reason in ('planned', 'asked', 'backfill', 'reconcile', 'same_day')),
    detail text not null,
    first_day date,
    last_day date,
    planned_at timestamptz not null default now(),
    state text not null default 'planned' check (state in ('planned', 'published', 'stopped')),
    finished_at timestamptz,
    summary jsonb not null default '{}',
    allowed_changes bigint,
    allowed_by text,
    allowed_at timestamptz,
    allowed_reason text,
    check (first_day <= last_day),
    constraint an_allowance_is_signed check (
        num_nonnulls(allowed_changes, allowed_by, allowed_at, allowed_reason) in (0, 4)
    )
);
comment on column control.batch.reason is
'planned: by a daily run; asked: days that a person named; backfill: a quarter, continued by later runs until '
'published; same_day: days that are not over, which it never covers.';
comment on column control.batch.run_id is 'The run that works on it; for a backfill, the last one that did.';
comment on column control.batch.load_id is
'The first batch of its load, if a load of many registers has several batches and this is not the first.';
comment on table control.batch is
'One batch: the days of an organisation and product that are loaded and published together, whole or not at all.';
comment on column control.batch.detail is 'The setting `detail` that it was planned with: `totals` or `receipts`.';
comment on column control.batch.summary is 'Counts and sums of what was published, for the report of the run.';
comment on column control.batch.allowed_changes is
'How many booked orders a person allowed it to change, after it was stopped for changing too many.';
create index batch_of_load on control.batch (load_id) where load_id is not null;
create index batch_of_organization on control.batch (organization_inn, product, batch_id);
create index batch_unfinished on control.batch (organization_inn, product)
where reason = 'backfill' and state = 'planned';
create index batch_of_run on control.batch (run_id);
-- Shifts and orders refer to it; a trigger checks this (accounting.check_batches).
create trigger history_is_kept before delete or truncate or update of batch_id, organization_inn on control.batch
for each statement execute function accounting.refuse();

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
comment on table control.shard is 'A part of a batch that one task fetches and stages.';
comment on column control.shard.rejects is 'How many records it rejected.';

create sequence control.fetch_id;

create table control.assignment (
    batch_id bigint not null,
    shard integer not null,
    unit_id text not null,
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
    primary key (batch_id, unit_id, first_day),
    foreign key (batch_id, shard) references control.shard (batch_id, shard),
    check (first_day <= last_day)
);
comment on table control.assignment is
'What a batch requests of each unit: listed once its z-reports are stored, read once everything they need is stored.';
comment on column control.assignment.unit_id is
'The unit that is requested: for the product ofd a register''s РНМ, for market a shop''s id.';
comment on column control.assignment.fetch_id is
'Only pages of this fetch count: those of an interrupted fetch do not.';
comment on column control.assignment.ask_through is
'The local end of the requested window: later than last_day, because the service may read it by time of receipt.';
create index assignment_of_shard on control.assignment (batch_id, shard);

create view control.read_since with (security_invoker = true) as
select
    batch.batch_id,
    later.batch_id as later_batch_id
from control.batch
inner join control.batch as later
    on
        batch.organization_inn = later.organization_inn
        and batch.product = later.product
        and batch.batch_id < later.batch_id
        and later.state = 'published'
where
    exists (
        select from control.assignment
        inner join control.assignment as again
            on
                again.batch_id = later.batch_id
                and assignment.unit_id = again.unit_id
                and daterange(assignment.first_day, assignment.last_day, '[]')
                && daterange(again.first_day, again.last_day, '[]')
        where
            assignment.batch_id = batch.batch_id
            and assignment.fetch_id is not null
            and again.state = 'read'
            and again.fetch_id is not null
    );
comment on view control.read_since is
'Batches, with the later published ones that have since read some of the same days of the same units.';

create table control.coverage (
    organization_inn text not null references control.organization (inn),
    product text not null,
    unit_id text not null,
    days daterange not null check (not isempty(days)),
    evidence text not null check (evidence in ('read', 'silent')),
    batch_id bigint not null references control.batch (batch_id),
    recorded_at timestamptz not null default now()
);
comment on table control.coverage is
'Days of a unit that are proved loaded: read, or known to be silent because its newest document is older.';
comment on column control.coverage.evidence is
'`read`: its responses were read; `silent`: nothing was requested, its newest document is older.';
create index coverage_of_unit on control.coverage (organization_inn, product, unit_id);

create table control.covered (
    organization_inn text not null references control.organization (inn),
    product text not null,
    unit_id text not null,
    days datemultirange not null,
    primary key (organization_inn, product, unit_id)
);
comment on table control.covered is
'The days of control.coverage, all of a unit in one row. Every statement that writes coverage updates it, because '
'pages read thousands of units.';

create trigger nothing_is_deleted before delete or truncate on control.covered
for each statement execute function accounting.refuse();

create function control.add_covered_days() returns trigger
language plpgsql
as $$
begin
    insert into control.covered as kept (organization_inn, product, unit_id, days)
    select
        organization_inn,
        product,
        unit_id,
        range_agg(days)
    from new_rows
    group by organization_inn, product, unit_id
    order by organization_inn, product, unit_id
    on conflict (organization_inn, product, unit_id) do update set days = kept.days + excluded.days;
    return null;
end
$$;

-- Days of a unit may be covered twice, so what is left is read from the rows that are left.
create function control.count_covered_days_again() returns trigger
language plpgsql
as $$
begin
    insert into control.covered as kept (organization_inn, product, unit_id, days)
    select
        changed.organization_inn,
        changed.product,
        changed.unit_id,
        coalesce(range_agg(coverage.days), '{}')
    from (select distinct organization_inn, product, unit_id from old_rows) as changed
    left join control.coverage
        on
            changed.organization_inn = coverage.organization_inn
            and changed.product = coverage.product
            and changed.unit_id = coverage.unit_id
    group by changed.organization_inn, changed.product, changed.unit_id
    order by changed.organization_inn, changed.product, changed.unit_id
    on conflict (organization_inn, product, unit_id) do update set days = excluded.days;
    return null;
end
$$;

create trigger coverage_is_added after insert on control.coverage
referencing new table as new_rows
for each statement execute function control.add_covered_days();
create trigger coverage_is_changed after update on control.coverage
referencing old table as old_rows
for each statement execute function control.count_covered_days_again();
create trigger coverage_is_taken after delete on control.coverage
referencing old table as old_rows
for each statement execute function control.count_covered_days_again();
create trigger coverage_stays before truncate on control.coverage
for each statement execute function accounting.refuse();

create table control.covered_day (
    organization_inn text not null references control.organization (inn),
    product text not null,
    day date not null,
    batch_id bigint not null references control.batch (batch_id),
    covered_at timestamptz not null default now(),
    primary key (organization_inn, product, day)
);
comment on table control.covered_day is 'Days on which every readable register of an organisation is covered.';
create index covered_day_of_batch on control.covered_day (batch_id);

create table control.gap (
    organization_inn text not null references control.organization (inn),
    product text not null,
    unit_id text not null,
    days daterange not null check (not isempty(days)),
    reason text not null check (
        reason in (
            'no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused', 'unreadable', 'failed',
            'missing_shift', 'open_shift', 'clock_ahead', 'unidentified'
        )
    ),
    details text not null default '',
    batch_id bigint references control.batch (batch_id),
    primary key (organization_inn, product, unit_id, days, reason)
);
comment on table control.gap is
'Wanted days that are not readable or missing. Each plan writes its gaps again, each batch the others.';
comment on column control.gap.unit_id is
'The register or shop; for not_listed, the operator''s organisation whose registers are unknown; for '
'unidentified, none.';

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
comment on table control.check_result is 'What each rule of the checks found in each shard of a batch, passed or not.';
comment on column control.check_result.shard is
'The shard that was checked; -1 for the gate, which checks the whole batch.';
comment on column control.check_result.severity is
'What a broken rule does: rejects its records, stops the batch, or is only noted.';
comment on column control.check_result.details is
'`rule`: the stored reason; of a broken rule also the first values (`found`) and their `keys`.';
create index check_result_of_batch on control.check_result (batch_id, shard);

-- control: quarantine. A record leaves it when it is read again without being rejected, or when a person decides; the
-- row names the batch or person, and its former state is stored.

create table control.quarantine (
    quarantine_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null,
    unit_id text,
    kind text not null,
    step text not null check (step in ('extract', 'read', 'check', 'transform', 'match')),
    reason text not null,
    reason_code text generated always as (control.reason_code(reason)) stored,
    reason_args jsonb generated always as (control.reason_args(reason)) stored,
    record text not null,
    digest text not null,
    day date,
    fiscal_drive_number text,
    shift_number bigint,
    fiscal_document_number bigint,
    page_id bigint,
    batch_id bigint not null references control.batch (batch_id),
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    times_seen integer not null default 1,
    state text not null default 'open' check (state in ('open', 'released', 'given_up')),
    resolved_by text,
    resolved_at timestamptz,
    resolution_reason text,
    resolved_batch_id bigint references control.batch (batch_id),
    retried_by text,
    retried_at timestamptz,
    unique (organization_inn, product, digest),
    constraint open_is_not_resolved check ((state = 'open') = (resolved_at is null)),
    constraint resolved_by_somebody check (
        (resolved_at is null) = (resolved_by is null) and (resolved_at is null) = (coalesce(resolution_reason, '') = '')
    ),
    constraint released_by_a_batch check (state <> 'released' or resolved_batch_id is not null)
);
comment on column control.quarantine.unit_id is 'The requested register or shop; empty if there was none.';
comment on column control.quarantine.resolved_batch_id is
'The batch that read the record''s days again without rejecting it.';
comment on column control.quarantine.retried_at is 'When a person last opened its days, to be requested again.';
comment on table control.quarantine is
'Records that could not be read or broke a rule, with the reason and the raw record. Never deleted.';
comment on column control.quarantine.kind is 'What kind of record it is: `closeShift`, `cheques`, `page`, …';
comment on column control.quarantine.step is 'The step that rejected it.';
comment on column control.quarantine.record is
'The raw record, cut after 20,000 characters; page_id has the whole response.';
comment on column control.quarantine.digest is
'Of the record: the same one that comes again is one row, counted in times_seen.';
comment on column control.quarantine.state is
'`released`: its days were read again without rejecting it; `given_up`: by a person.';
create index quarantine_open on control.quarantine (organization_inn, product, unit_id) where state = 'open';
create index quarantine_that_waits on control.quarantine (organization_inn, quarantine_id)
where state = 'open';
create trigger nothing_is_deleted before delete or truncate on control.quarantine
for each statement execute function accounting.refuse();

create table control.quarantine_history (
    quarantine_history_id bigint generated always as identity primary key,
    quarantine_id bigint not null references control.quarantine (quarantine_id),
    state text not null,
    times_seen integer not null,
    last_seen_at timestamptz not null,
    batch_id bigint not null,
    resolved_by text,
    resolved_at timestamptz,
    resolution_reason text,
    resolved_batch_id bigint,
    retried_by text,
    retried_at timestamptz,
    archived_at timestamptz not null default clock_timestamp()
);
comment on table control.quarantine_history is
'Former contents of rows of quarantine, before a change of state or a retry.';
create index quarantine_history_of_row on control.quarantine_history (quarantine_id);
create trigger history_is_kept before update or delete or truncate on control.quarantine_history
for each statement execute function accounting.refuse();

create function control.keep_quarantine_history() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select old_rows.quarantine_id
    into wrong
    from old_rows
    left join new_rows on old_rows.quarantine_id = new_rows.quarantine_id
    where
        (new_rows.organization_inn, new_rows.product, new_rows.kind, new_rows.reason, new_rows.record, new_rows.digest)
        is distinct from
        (old_rows.organization_inn, old_rows.product, old_rows.kind, old_rows.reason, old_rows.record, old_rows.digest)
    limit 1;
    if found then
        raise exception 'record % in quarantine is evidence: what it is and why it is there does not change',
            wrong.quarantine_id
            using errcode = 'check_violation', constraint = 'quarantined_record_is_fixed';
    end if;

    insert into control.quarantine_history (
        quarantine_id, state, times_seen, last_seen_at, batch_id, resolved_by, resolved_at, resolution_reason,
        resolved_batch_id, retried_by, retried_at
    )
    select
        old_rows.quarantine_id,
        old_rows.state,
        old_rows.times_seen,
        old_rows.last_seen_at,
        old_rows.batch_id,
        old_rows.resolved_by,
        old_rows.resolved_at,
        old_rows.resolution_reason,
        old_rows.resolved_batch_id,
        old_rows.retried_by,
        old_rows.retried_at
    from old_rows
    inner join new_rows on old_rows.quarantine_id = new_rows.quarantine_id
    where
        (old_rows.state, old_rows.resolved_at, old_rows.retried_at)
        is distinct from (new_rows.state, new_rows.resolved_at, new_rows.retried_at);
    return null;
end
$$;

create trigger quarantine_history after update on control.quarantine
referencing old table as old_rows new table as new_rows
for each statement execute function control.keep_quarantine_history();

-- control: decisions, asked once and resolved once. One is about a shift or about a document.

create table control.decision (
    decision_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kind text not null check (kind in ('conflict', 'duplicate', 'review')),
    shift_id uuid,
    competing_shift_id uuid,
    document_id uuid,
    state text not null default 'open' check (state in ('open', 'resolved')),
    reason text not null,
    reason_code text generated always as (
        case when decided_by = 'rule' then control.reason_code(reason) end
    ) stored,
    reason_args jsonb generated always as (
        case when decided_by = 'rule' then control.reason_args(reason) end
    ) stored,
    kept jsonb not null,
    held jsonb not null,
    proposal jsonb,
    recommendation jsonb,
    digest text not null,
    evidence bigint[] not null default '{}',
    decided_by text not null,
    decided_at timestamptz not null default now(),
    resolution text check (
        resolution in ('keep-ofd', 'keep-market', 'both', 'reverse', 'approve', 'reject', 'withdrawn', 'superseded')
    ),
    resolved_by text,
    resolved_at timestamptz,
    resolution_reason text,
    taken_back_by text,
    taken_back_at timestamptz,
    taken_back_reason text,
    batch_id bigint not null references control.batch (batch_id),
    constraint taking_back_is_signed check (
        num_nonnulls(taken_back_by, taken_back_at, nullif(trim(taken_back_reason), '')) in (0, 3)
        and (taken_back_at is null or (state = 'resolved' and resolved_by <> 'rule'))
    ),
    constraint decision_is_about_something check (num_nonnulls(shift_id, document_id) = 1),
    constraint a_resolution_is_signed check (
        (state = 'resolved') = (resolution is not null and resolved_by is not null and resolved_at is not null)
    )
);
comment on table control.decision is
'The current side (kept) and the proposed side (held), why, on which evidence, by whom (a rule or a person), and when.';
comment on column control.decision.proposal is
'The orders that the proposed side would make (amounts in kopecks), and its other staged facts.';
comment on column control.decision.recommendation is
'The recommended answer: `word`, one of the answers that resolve it or empty, and `reason`.';
comment on column control.decision.digest is
'Digest of both sides: a question that a person has answered is not asked again while both stay the same.';
comment on column control.decision.resolution is
'withdrawn and superseded are set by the rule: the difference is gone, or another one has replaced it.';
comment on column control.decision.taken_back_at is
'When a person took the answer back. The books are then as before it, and a new row asks the question again.';
comment on column control.decision.competing_shift_id is
'The shift on the current side, if the sides are shifts of two sources; shift_id is the one on the proposed side.';
create unique index one_open_decision on control.decision (shift_id, kind) where state = 'open';
create index decision_of_shift on control.decision (shift_id);
create unique index one_open_decision_of_document on control.decision (document_id) where state = 'open';
create index decision_that_waits on control.decision (organization_inn, decision_id)
where state = 'open';
create index decision_of_competing_shift on control.decision (competing_shift_id) where competing_shift_id is not null;
create index decision_of_person on control.decision (resolved_at)
where state = 'resolved' and resolved_by <> 'rule';
create trigger decision_is_kept before delete or truncate on control.decision
for each statement execute function accounting.refuse();

create function control.guard_decision() returns trigger
language plpgsql
as $$
begin
    raise exception 'decision % is %: what was decided stays', old.decision_id, old.state
        using errcode = 'check_violation', constraint = 'decision_is_kept';
end
$$;

create trigger decision_guard before update on control.decision
for each row
when (
    (
        old.state <> 'open'
        -- An answer is taken back once, and stays on record unchanged.
        and (
            old.taken_back_at is not null
            or new.taken_back_at is null
            or (old.state, old.resolution, old.resolved_by, old.resolved_at, old.resolution_reason)
            is distinct from (new.state, new.resolution, new.resolved_by, new.resolved_at, new.resolution_reason)
        )
    )
    or (
        old.organization_inn, old.kind, old.shift_id, old.reason, old.kept, old.held, old.proposal, old.digest,
        old.evidence, old.decided_by, old.decided_at, old.batch_id, old.competing_shift_id, old.document_id
    )
    is distinct from (
        new.organization_inn, new.kind, new.shift_id, new.reason, new.kept, new.held, new.proposal, new.digest,
        new.evidence, new.decided_by, new.decided_at, new.batch_id, new.competing_shift_id, new.document_id
    )
)
execute function control.guard_decision();

-- control: reconciliation: which days are proved complete, the sources' newest totals, and the differences.

create table control.source_shift (
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
    overpaid numeric(15, 2) not null default 0,
    page_id bigint not null,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.source_shift is
'Totals by shift that the source reported to the last reconciliation. An end is empty if it was not reported.';
comment on column control.source_shift.corrections is
'How many correction receipts from the evidence were added, because the operator''s totals leave them out.';
comment on column control.source_shift.overpaid is
'By how much cash and cashless money exceed the total, summed over operations: the totals contradict themselves.';
create index source_shift_of_register on control.source_shift (organization_inn, kkt_reg_id, shift_number);

create table control.source_opening (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    fiscal_drive_number text not null,
    shift_number integer not null,
    opened_at timestamp not null,
    page_id bigint not null,
    batch_id bigint not null references control.batch (batch_id),
    primary key (organization_inn, fiscal_drive_number, shift_number)
);
comment on table control.source_opening is
'Opening reports of shifts that the source reported to the last reconciliation.';

create table control.source_day (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    reported_by text not null check (reported_by in ('by_days', 'by_shifts')),
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
    primary key (organization_inn, kkt_reg_id, reported_by, day)
);
comment on table control.source_day is
'Totals by day that the source reported; of the whole organisation if kkt_reg_id is empty. If they differ from the '
'totals by shift of that day, these are beside them (by_shifts).';

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
'Whether every shift of a register and day is stored, as of the last reconciliation, and the numbers of missing ones.';
create index completeness_of_day on control.completeness (organization_inn, day, verdict);

create index completeness_that_is_missing on control.completeness (organization_inn, day)
where verdict = 'missing';

create table control.reconciled (
    organization_inn text not null references control.organization (inn),
    kkt_reg_id text not null,
    days datemultirange not null,
    primary key (organization_inn, kkt_reg_id)
);
comment on table control.reconciled is
'The days of control.completeness, all of a register in one row. Every statement that writes verdicts updates it, '
'because a page reads months of thousands of registers.';

create trigger nothing_is_deleted before delete or truncate on control.reconciled
for each statement execute function accounting.refuse();

-- A register and day has one verdict, so its day is in the row exactly while the verdict is there.
create function control.add_reconciled_days() returns trigger
language plpgsql
as $$
begin
    insert into control.reconciled as kept (organization_inn, kkt_reg_id, days)
    select
        organization_inn,
        kkt_reg_id,
        range_agg(daterange(day, day + 1))
    from new_rows
    group by organization_inn, kkt_reg_id
    order by organization_inn, kkt_reg_id
    on conflict (organization_inn, kkt_reg_id) do update set days = kept.days + excluded.days;
    return null;
end
$$;

create function control.take_reconciled_days() returns trigger
language plpgsql
as $$
begin
    update control.reconciled as kept
    set days = kept.days - taken.days
    from (
        select
            organization_inn,
            kkt_reg_id,
            range_agg(daterange(day, day + 1)) as days
        from old_rows
        group by organization_inn, kkt_reg_id
    ) as taken
    where kept.organization_inn = taken.organization_inn and kept.kkt_reg_id = taken.kkt_reg_id;
    return null;
end
$$;

create function control.keep_day_of_verdict() returns trigger
language plpgsql
as $$
begin
    raise exception 'a verdict stays that of its register and day: delete it and write another'
        using errcode = 'check_violation';
end
$$;

create trigger verdicts_are_added after insert on control.completeness
referencing new table as new_rows
for each statement execute function control.add_reconciled_days();
create trigger verdicts_are_taken after delete on control.completeness
referencing old table as old_rows
for each statement execute function control.take_reconciled_days();
create trigger verdict_keeps_its_day before update on control.completeness
for each row
when (
    (old.organization_inn, old.kkt_reg_id, old.day) is distinct from (new.organization_inn, new.kkt_reg_id, new.day)
)
execute function control.keep_day_of_verdict();
create trigger verdicts_stay before truncate on control.completeness
for each statement execute function accounting.refuse();

create type control.day_state as enum (
    'missing', 'out_of_reach', 'waits', 'offline', 'open', 'late', 'complete', 'disabled', 'ahead'
);
comment on type control.day_state is
'States of a day, the worst first. open: not over, not due yet, to be requested again, or with an incomplete '
'shift; waits: for a person; late: complete, with shifts that came late; offline: no documents; ahead: in the '
'future.';

create function control.state_of_day(
    base control.day_state,
    hole control.day_state,
    is_asked boolean,
    is_unfinished boolean,
    is_late boolean,
    is_known boolean
) returns control.day_state
language sql immutable parallel safe
as $$
    select case
        when base is null then 'open'::control.day_state
        else
            least(
                base,
                case when is_asked then 'waits'::control.day_state end,
                case
                    when base < 'disabled'::control.day_state or not is_known
                        then
                            least(
                                hole,
                                case when is_unfinished then 'open'::control.day_state end,
                                case when is_late then 'late'::control.day_state end
                            )
                end
            )
    end
$$;
comment on function control.state_of_day is
'The state of a day of an organisation, a register or a shop: the worst of its verdict or else its coverage '
'(base, null if it is not due), its gaps, and what waits. Gaps without a register count even if the day is '
'disabled.';

create function control.coverage_of_day(
    day date,
    today date,
    due_before date,
    is_on boolean,
    start_date date,
    is_covered boolean,
    otherwise control.day_state
) returns control.day_state
language sql immutable parallel safe
as $$
    select case
        when not is_covered and (not is_on or day < start_date) then 'disabled'::control.day_state
        when day > today then 'ahead'::control.day_state
        when day = today or (day >= due_before and not is_covered) then null
        when is_covered then 'complete'::control.day_state
        else otherwise
    end
$$;
comment on function control.coverage_of_day is
'The state of a day by its coverage alone; null if it is not due. A day is due at six the next morning.';

create view control.completeness_of_organization with (security_invoker = true) as
select
    organization_inn,
    day,
    min(verdict::control.day_state)::text as verdict,
    count(*) as registers,
    count(*) filter (where verdict in ('complete', 'offline')) as proved,
    sum(shifts)::bigint as shifts,
    min(checked_at) as checked_at
from control.completeness
group by organization_inn, day;
comment on view control.completeness_of_organization is
'A day of an organisation has the worst verdict of its registers.';

create view control.hole with (security_invoker = true) as
select
    organization_inn,
    product,
    unit_id,
    days,
    case
        when reason = 'open_shift' then 'open'::control.day_state
        when reason in ('no_permission', 'no_whole_day', 'before_first_document', 'not_listed', 'refused')
            then 'out_of_reach'::control.day_state
        else 'missing'::control.day_state
    end as state
from control.gap;
comment on view control.hole is 'Gaps, with the state of their days.';

create table control.difference (
    difference_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kind text not null check (
        kind in (
            'shift_totals', 'shift_receipts', 'shift_not_reported', 'totals_contradict', 'vat', 'receipts_changed',
            'documents', 'days', 'organization_days', 'orders', 'two_sources', 'till_changed', 'till_not_reported',
            'till_not_here'
        )
    ),
    kkt_reg_id text,
    day date not null,
    amount numeric(15, 2) not null,
    cause text not null,
    details jsonb not null default '{}',
    shifts uuid[] not null default '{}',
    documents uuid[] not null default '{}',
    is_explained boolean not null default false,
    digest text not null,
    first_seen timestamptz not null default now(),
    last_seen timestamptz not null default now(),
    closed_at timestamptz,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.difference is
'Differences (сверка): ours less theirs in roubles, the likely cause, and their shifts and documents. A difference '
'that is not found any more is closed; found again later, it is a new row.';
comment on column control.difference.is_explained is
'Documents explain it (control.comparison): it is listed, and nobody has to act.';
create unique index open_difference on control.difference (organization_inn, digest) where closed_at is null;
create index difference_of_organization on control.difference (organization_inn, day);

create table control.comparison (
    till_id uuid not null,
    fiscal_id uuid not null,
    organization_inn text not null references control.organization (inn),
    till_facts text not null,
    fiscal_facts text not null,
    is_explained boolean,
    explanation text not null default '',
    documents jsonb not null default '[]',
    receipt_pages bigint[] not null default '{}',
    page_ids bigint[] not null default '{}',
    compared_at timestamptz not null default now(),
    batch_id bigint not null references control.batch (batch_id),
    primary key (till_id, fiscal_id)
);
comment on table control.comparison is
'Till shifts of Market against the receipts of the matching fiscal shifts, if their cash differs.';
comment on column control.comparison.till_id is
'A shift of Market; it may not be published yet, so nothing refers to accounting.shift.';
comment on column control.comparison.till_facts is
'The compared facts (smena.matching.slices.facts_of): for other facts the comparison is not valid.';
comment on column control.comparison.is_explained is
'Whether every cheque of the till shift matches a receipt of the fiscal shift. Empty: they could not be compared.';
comment on column control.comparison.explanation is
'Reasons for the documents on one side only, or why the shifts could not be compared.';
comment on column control.comparison.documents is
'The documents on one side only: what, fiscal_document_number, cheque_number, is_refund, cash and total in '
'kopecks, at.';
comment on column control.comparison.receipt_pages is
'Pages with the receipts, if these were requested; they are read again while the fiscal shift is the same.';
comment on column control.comparison.page_ids is 'Every page that was read for the comparison.';

create table control.confirmed_shift (
    shift_id uuid primary key,
    organization_inn text not null references control.organization (inn),
    evidence bigint[] not null,
    vat jsonb,
    asked_at timestamptz,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.confirmed_shift is
'Shifts whose receipts or cheques a reconciliation has read again. A row is valid for its evidence only: a shift '
'booked from other pages since is not confirmed.';
comment on column control.confirmed_shift.vat is
'VAT of the evidence''s receipts in kopecks, [{"operation", "rate", "vat"}]; empty if unknown.';
comment on column control.confirmed_shift.asked_at is
'When its receipts (for Market, its cheques) were requested again and compared; empty: never.';

create table control.confirmed_shop_day (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    day date not null,
    asked_at timestamptz not null default now(),
    batch_id bigint not null references control.batch (batch_id),
    primary key (organization_inn, shop_id, day)
);
comment on table control.confirmed_shop_day is
'Loaded days of a shop whose cheques were requested from Market again and compared.';

create table control.completeness_certificate (
    completeness_certificate_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    is_complete boolean not null,
    sha256 text not null unique,
    content bytea not null,
    content_bytes integer not null,
    made_by text not null,
    made_at timestamptz not null
);
comment on table control.completeness_certificate is
'Certificates of completeness; content is the JSON of each, compressed like pages.';
create index completeness_certificate_of_organization on control.completeness_certificate (
    organization_inn, completeness_certificate_id
);
create trigger history_is_kept before update or delete or truncate on control.completeness_certificate
for each statement execute function accounting.refuse();

create table control.alert_route (
    alert_route_id bigint generated always as identity primary key,
    connection text not null check (connection <> ''),
    organization_inn text references control.organization (inn),
    kpp text check (kpp <> ''),
    sales_point text check (sales_point <> ''),
    added_by text not null,
    added_at timestamptz not null default now(),
    constraint place_of_an_organization check (organization_inn is not null or num_nonnulls(kpp, sales_point) = 0),
    unique nulls not distinct (connection, organization_inn, kpp, sales_point)
);
comment on table control.alert_route is
'Which connection (of Airflow) gets the alerts of which organisation, or of one КПП or point of sale of it. Those of '
'`smena_alerts` need no row: it gets everything.';

create table control.alert (
    organization_inn text not null references control.organization (inn),
    day date not null,
    recipient text not null default '',
    digest text not null,
    text text not null,
    payload jsonb not null,
    sent_by text not null,
    sent_at timestamptz not null default now(),
    primary key (organization_inn, day, recipient)
);
comment on table control.alert is
'Sent messages, at most one per day, organisation and recipient: the row is written in the transaction of the sending.';
comment on column control.alert.recipient is
'The channel and the place that the message is about (smena.alerts.recipients); empty: the connection `smena_alerts`.';

create table control.register_episode (
    organization_inn text not null references control.organization (inn),
    recipient text not null default '',
    kkt_reg_id text not null,
    sign text not null,
    episode text not null,
    reported_on date not null,
    cured_at timestamptz
);
comment on table control.register_episode is
'Signs of registers (`control.register_signs`) that an alert has reported to a recipient, once each until a later run '
'finds it cured.';
create unique index register_episode_that_goes_on on control.register_episode (
    organization_inn, recipient, sign, episode
)
where cured_at is null;

-- control: the pages: who sees which organisations.

create table control.page_user (
    user_name text not null check (user_name <> ''),
    organization_inn text references control.organization (inn),
    kpp text check (kpp <> ''),
    sales_point text check (sales_point <> ''),
    granted_by text not null,
    granted_at timestamptz not null default now(),
    constraint place_of_an_organization check (organization_inn is not null or num_nonnulls(kpp, sales_point) = 0),
    unique nulls not distinct (user_name, organization_inn, kpp, sales_point)
);
comment on table control.page_user is
'Which organisation a person sees, by the name in Airflow or by the login of the database; empty: all of them. With a '
'КПП or a point of sale: only what belongs to it. What belongs to no known place is seen with a grant of the whole.';

-- The setting of the pages counts only on a connection of the pages. Another login sees the organisations in
-- `page_user`.
create function control.is_page_connection() returns boolean
language sql stable security definer parallel safe
set search_path = ''
as $$
    select pg_has_role(session_user, 'smena_loader', 'member') or pg_has_role(session_user, 'smena_owner', 'member')
$$;

create function control.sees_all() returns boolean
language sql stable security definer parallel safe
set search_path = ''
as $$
    select case
        when control.is_page_connection() then coalesce(current_setting('smena.organizations', true), '') = '*'
        else exists (
            select from control.page_user where user_name = session_user and organization_inn is null
        )
    end
$$;
comment on function control.sees_all is 'Whether the current user sees every organisation. Without a setting: none.';

create function control.own_organizations() returns text[]
language sql stable security definer parallel safe
set search_path = ''
as $$
    select case
        when control.is_page_connection()
            then string_to_array(coalesce(current_setting('smena.organizations', true), ''), ',')
        else
            coalesce(
                (
                    select array_agg(organization_inn)
                    from control.page_user
                    where user_name = session_user and num_nonnulls(kpp, sales_point) = 0
                ),
                '{}'
            )
    end
$$;
comment on function control.own_organizations is
'The organisations (ИНН) that the current user sees whole, if not all of them.';

create function control.own_places()
returns table (organization_inn text, kpp text, sales_point text)
language sql stable security definer parallel safe rows 10
set search_path = ''
as $$
    select
        place.organization_inn,
        place.kpp,
        place.sales_point
    from jsonb_to_recordset(
        case
            when control.is_page_connection()
                then coalesce(nullif(current_setting('smena.places', true), ''), '[]')::jsonb
            else (
                select coalesce(jsonb_agg(to_jsonb(page_user)), '[]')
                from control.page_user
                where page_user.user_name = session_user and num_nonnulls(page_user.kpp, page_user.sales_point) > 0
            )
        end
    ) as place (organization_inn text, kpp text, sales_point text)
    where num_nonnulls(place.kpp, place.sales_point) > 0
$$;
comment on function control.own_places is
'The places (КПП, point of sale, or a point under a КПП) that the current user sees of organisations not seen whole.';

create function control.organizations_in_sight() returns text[]
language sql stable security definer parallel safe
set search_path = ''
as $$
    select case
        when control.sees_all() then (select coalesce(array_agg(inn), '{}') from control.organization)
        else
            control.own_organizations()
            || array(select distinct own.organization_inn from control.own_places() as own)
    end
$$;
comment on function control.organizations_in_sight is
'The organisations (ИНН) that the current user sees whole or in part. A statement that filters by them uses an index '
'on the organisation; with the row-level policy alone it would read the rows of all others.';

create function control.sees_whole(inn text) returns boolean
language sql stable parallel safe
as $$
    select
        (current_setting('role', true) not in ('smena_accountant', 'smena_auditor') and control.is_page_connection())
        or control.sees_all()
        or sees_whole.inn = any(control.own_organizations())
$$;
comment on function control.sees_whole is
'Whether the current user sees the whole organisation, not only places of it: a loader sees every one.';

create function control.sees_book(inn text, kpp text) returns boolean
language sql stable parallel safe
as $$
    select
        control.sees_whole(sees_book.inn)
        or exists (
            select from control.own_places() as own
            where own.organization_inn = sees_book.inn and own.kpp = sees_book.kpp and own.sales_point is null
        )
$$;
comment on function control.sees_book is
'Whether the current user sees a cash book (ИНН + КПП), whether or not it has entries.';

create view control.unit_kpp with (security_invoker = true) as
select
    organization_inn,
    kkt_reg_id as unit_id,
    kpp,
    valid as days
from control.register_kpp
union all
select
    register.organization_inn,
    register.kkt_reg_id,
    organization.kpp,
    unnest('{(,)}'::datemultirange - coalesce(range_agg(register_kpp.valid), '{}'::datemultirange))
from control.register
inner join control.organization on register.organization_inn = organization.inn
left join control.register_kpp
    on
        register.organization_inn = register_kpp.organization_inn
        and register.kkt_reg_id = register_kpp.kkt_reg_id
group by register.organization_inn, register.kkt_reg_id, organization.kpp
union all
select
    shop.organization_inn,
    shop.shop_id,
    coalesce(nullif(shop.kpp, ''), organization.kpp),
    '(,)'
from control.shop
inner join control.organization on shop.organization_inn = organization.inn;
comment on view control.unit_kpp is
'Which КПП a register or shop has on which days: on days without a known one, that of the organisation.';

-- Two of three columns of a place may be empty, so a register is in sight on the days of its КПП and of its point.
-- Points are looked for by their names, and КПП only in the organisations of the places: most of the time of a page of a
-- person who sees a part of a large organisation was spent here.
create function control.own_units()
returns table (organization_inn text, unit_id text, days datemultirange)
language sql stable security definer parallel safe rows 100
set search_path = ''
as $$
    with own as materialized (
        select
            place.organization_inn,
            place.kpp,
            place.sales_point
        from control.own_places() as place
    ),
    placed as materialized (
        select
            own.organization_inn,
            own.kpp,
            point.unit_id,
            point.valid
        from own
        inner join control.point_of_sale as point
            on own.organization_inn = point.organization_inn and own.sales_point = point.sales_point
    ),
    known as materialized (
        select found.*
        from (select distinct own.organization_inn from own) as seen
        cross join
            lateral (
                select
                    unit_kpp.organization_inn,
                    unit_kpp.unit_id,
                    unit_kpp.kpp,
                    unit_kpp.days
                from control.unit_kpp
                where unit_kpp.organization_inn = seen.organization_inn
                -- Keeps the condition inside the view, which otherwise lists every organisation.
                offset 0
            ) as found
    )
    select
        place.organization_inn,
        place.unit_id,
        range_agg(place.days)
    from (
        select
            known.organization_inn,
            known.unit_id,
            known.days
        from own
        inner join known on own.organization_inn = known.organization_inn and own.kpp = known.kpp
        where own.sales_point is null
        union all
        select
            known.organization_inn,
            known.unit_id,
            known.days * placed.valid
        from placed
        inner join known
            on
                placed.organization_inn = known.organization_inn
                and placed.unit_id = known.unit_id
                and coalesce(placed.kpp, known.kpp) = known.kpp
                and placed.valid && known.days
    ) as place
    group by place.organization_inn, place.unit_id
$$;
comment on function control.own_units is
'Registers and shops that stood at a place of `control.own_places`, with the days on which they did.';

create function control.own_unit_days() returns jsonb
language sql stable security definer parallel safe
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(own.organization_inn || '/' || own.unit_id, own.days), '{}')
    from control.own_units() as own
$$;
comment on function control.own_unit_days is
'The days of `control.own_units` by ИНН and register or shop, for policies: called once per query, and asked per row.';

create function control.organization_of_batch(batch bigint) returns text
language sql stable security definer parallel safe
set search_path = ''
as $$
    select organization_inn from control.batch where batch_id = organization_of_batch.batch
$$;
comment on function control.organization_of_batch is
'The organisation of a batch, also for those who may not see the batch, because it is about the whole organisation.';

-- raw: the evidence, one partition per month in which responses came (UTC, by the server's clock).
--
-- The id of a page begins with its month: 26110000000042 came in November 2026. So a look-up by id reads one partition,
-- however many there are. Ids stay below 2^53, up to which a float represents every integer.

create sequence raw.page_number maxvalue 9999999999;

create function raw.first_page_id(moment timestamptz) returns bigint
language sql immutable strict parallel safe
return (
    (extract(year from moment at time zone 'UTC') - 2000) * 100 + extract(month from moment at time zone 'UTC')
)::bigint * 10000000000;
comment on function raw.first_page_id is 'The lowest id that a page of the moment''s month may have.';

create table raw.page (
    page_id bigint primary key default raw.first_page_id(clock_timestamp()) + nextval('raw.page_number'),
    batch_id bigint not null references control.batch (batch_id),
    fetch_id bigint not null,
    unit_id text,
    method text not null,
    address text not null,
    status integer not null,
    fetched_at timestamptz not null,
    sha256 bytea not null check (length(sha256) = 32),
    body bytea,
    body_bytes bigint not null
) partition by range (page_id);
comment on column raw.page.unit_id is 'The requested register or shop; empty for lists and totals of all.';
comment on column raw.page.address is 'Without secrets.';
comment on column raw.page.sha256 is 'Of the received bytes, before compression.';
comment on column raw.page.body is 'Compressed. Null in a month whose bodies are in the archive: see raw.archive.';
comment on table raw.page is
'Responses of the services, one row per stored response. Partitioned by the month in which they came (UTC).';
create index page_of_fetch on raw.page (fetch_id, page_id);
-- The body is compressed (zstd) before it comes here.
alter table raw.page alter column body set storage external;
create trigger evidence_is_kept before update or delete or truncate on raw.page
for each statement execute function accounting.refuse();

create function raw.make_part(name text) returns void
language plpgsql
set search_path = ''
as $$
begin
    execute format('create table raw.%I (like raw.page including constraints including storage)', name);
    execute format('alter table raw.%I enable row level security', name);
    execute format(
        'create trigger evidence_is_kept before update or delete or truncate on raw.%I'
        ' for each statement execute function accounting.refuse()',
        name
    );
end
$$;
comment on function raw.make_part is 'Makes a table as protected as raw.page, to be attached to it as a partition.';

create function raw.make_month(moment timestamptz) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
    next_month constant timestamptz := (
        date_trunc('month', moment at time zone 'UTC') + interval '1 month'
    ) at time zone 'UTC';
    name constant text := 'page_' || to_char(moment at time zone 'UTC', 'YYYY_MM');
begin
    if to_regclass(format('raw.%I', name)) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(7364002);
    -- Another session may have made it meanwhile. `to_regclass` would answer from this session's cache.
    if exists (select from pg_catalog.pg_class where relnamespace = 'raw'::regnamespace and relname = name) then
        return;
    end if;
    perform raw.make_part(name);
    execute format('alter table raw.%I alter column body set not null', name);
    -- Unlike `create table … partition of`, this does not wait for readers of pages.
    execute format(
        'alter table raw.page attach partition raw.%I for values from (%s) to (%s)',
        name, raw.first_page_id(moment), raw.first_page_id(next_month)
    );
end
$$;
comment on function raw.make_month is
'Makes the partition of raw.page for the month of a moment, if it is missing. Runs with the rights of the owner.';

create function raw.make_months() returns void
language plpgsql
as $$
begin
    perform raw.make_month(clock_timestamp());
    begin
        -- Its foreign key waits for writers of control.batch. There is time: the next load tries again.
        set local lock_timeout = '100ms';
        perform raw.make_month(clock_timestamp() + interval '1 month');
    exception
        when lock_not_available then null;
    end;
end
$$;
comment on function raw.make_months is
'Makes the partitions of this month and the next one, if they are missing. Call it in a separate transaction.';

-- The archive: bodies of old months lie in files. The rows of the pages stay, each with the sha256 of its body, so that
-- every figure still names its pages, and whatever comes from a file is compared with what was fetched.

create table raw.archive (
    month date primary key check (extract(day from month) = 1),
    place text not null check (place <> ''),
    file text not null check (file <> ''),
    pages bigint not null check (pages > 0),
    body_bytes bigint not null,
    pages_sha256 bytea not null check (length(pages_sha256) = 32),
    file_bytes bigint not null check (file_bytes > 0),
    file_sha256 bytea not null check (length(file_sha256) = 32),
    table_bytes bigint not null,
    verified_at timestamptz not null,
    archived_by text not null,
    moved_at timestamptz,
    kept_bytes bigint,
    check ((moved_at is null) = (kept_bytes is null))
);
comment on table raw.archive is
'Months of raw.page whose bodies were written to a file and compared with the database, page by page.';
comment on column raw.archive.month is 'The first day of the month in which the pages came (UTC).';
comment on column raw.archive.place is 'The folder or the address of the archive.';
comment on column raw.archive.body_bytes is 'Of all bodies, before compression.';
comment on column raw.archive.pages_sha256 is 'Of the ids of all pages and their sha256, in the order of the ids.';
comment on column raw.archive.table_bytes is 'What the month took in the database, with its bodies.';
comment on column raw.archive.verified_at is 'When the file was last read whole and was equal to the database.';
comment on column raw.archive.moved_at is 'When the bodies left the database; null while they are in both places.';
comment on column raw.archive.kept_bytes is 'What the month has taken in the database since then.';

create function raw.guard_archive() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        if new.moved_at is not null then
            raise exception 'pages of % are still in the database: raw.move_bodies moves them', new.month
                using errcode = 'check_violation', constraint = 'bodies_are_moved_by_function';
        end if;
        return new;
    end if;
    if old.moved_at is not null and (
        (new.month, new.pages, new.body_bytes, new.pages_sha256, new.file_bytes, new.file_sha256, new.moved_at)
        is distinct from
        (old.month, old.pages, old.body_bytes, old.pages_sha256, old.file_bytes, old.file_sha256, old.moved_at)
    ) then
        raise exception 'the archive of % is the only place of its bodies: only its place may change', old.month
            using errcode = 'check_violation', constraint = 'archived_month_stays';
    end if;
    if new.moved_at is not null and exists (
        select from pg_catalog.pg_attribute
        where
            attrelid = to_regclass(format('raw.%I', raw.name_of_month(new.month)))
            and attname = 'body'
            and attnotnull
    ) then
        raise exception 'pages of % are still in the database: raw.move_bodies moves them', new.month
            using errcode = 'check_violation', constraint = 'bodies_are_moved_by_function';
    end if;
    return new;
end
$$;

create function raw.name_of_month(month date) returns text
language sql stable strict
return 'page_' || to_char(month, 'YYYY_MM');
comment on function raw.name_of_month is 'The name of the month''s partition of raw.page.';

create trigger archive_guard before insert or update on raw.archive
for each row execute function raw.guard_archive();
create trigger archive_is_kept before delete or truncate on raw.archive
for each statement execute function accounting.refuse();

create function raw.digest_of_month(month date) returns table (pages bigint, body_bytes bigint, pages_sha256 bytea)
language plpgsql stable security definer
set search_path = ''
as $$
begin
    return query execute format(
        'select count(*), coalesce(sum(body_bytes), 0)::bigint,'
        ' sha256(coalesce(string_agg(int8send(page_id) || sha256, '''' order by page_id), ''''))'
        ' from raw.%I',
        raw.name_of_month(month)
    );
end
$$;
comment on function raw.digest_of_month is 'The number of pages of a month, their size, and the sha256 over their own.';

create function raw.move_bodies(archived date) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
    begins constant timestamptz := archived::timestamp at time zone 'UTC';
    ends constant timestamptz := (archived + interval '1 month')::timestamp at time zone 'UTC';
    name constant text := raw.name_of_month(archived);
    slim constant text := raw.name_of_month(archived) || '_slim';
    recorded raw.archive;
    counted record;
begin
    -- No partition is made meanwhile.
    perform pg_advisory_xact_lock(7364002);
    select * into recorded from raw.archive where raw.archive.month = archived for update;
    if not found then
        raise exception 'pages of % are not archived: they stay', archived
            using errcode = 'check_violation', constraint = 'pages_are_archived_first';
    end if;
    if recorded.moved_at is not null then
        return;
    end if;
    if ends > clock_timestamp() then
        raise exception 'pages of % still come: they stay', archived
            using errcode = 'check_violation', constraint = 'month_is_over';
    end if;
    execute format('lock table raw.%I in share mode', name);
    select * into counted from raw.digest_of_month(archived);
    if
        (counted.pages, counted.body_bytes, counted.pages_sha256)
        is distinct from (recorded.pages, recorded.body_bytes, recorded.pages_sha256)
    then
        raise exception 'the archive of % has not the pages that the database has: they stay', archived
            using errcode = 'check_violation', constraint = 'pages_are_archived_first';
    end if;

    perform raw.make_part(slim);
    execute format(
        'insert into raw.%I'
        ' (page_id, batch_id, fetch_id, unit_id, method, address, status, fetched_at, sha256, body, body_bytes)'
        ' select page_id, batch_id, fetch_id, unit_id, method, address, status, fetched_at, sha256, null, body_bytes'
        ' from raw.%I order by page_id',
        slim, name
    );
    execute format('alter table raw.%I add constraint body_is_archived check (body is null)', slim);
    execute format('alter table raw.%I add primary key (page_id)', slim);
    execute format('create index on raw.%I (fetch_id, page_id)', slim);

    -- Shorter than `deadlock_timeout`: whoever is in the way goes on, and the archive is tried again.
    perform set_config('lock_timeout', '900ms', true);
    execute 'lock table only raw.page in access exclusive mode';
    execute format('alter table raw.page detach partition raw.%I', name);
    execute format('drop table raw.%I', name);
    execute format('alter table raw.%I rename to %I', slim, name);
    execute format(
        'alter table raw.page attach partition raw.%I for values from (%s) to (%s)',
        name, raw.first_page_id(begins), raw.first_page_id(ends)
    );
    update raw.archive
    set
        moved_at = clock_timestamp(),
        kept_bytes = pg_total_relation_size(format('raw.%I', name)::regclass)
    where raw.archive.month = archived;
end
$$;
comment on function raw.move_bodies is
'Takes the bodies of an archived month out of the database. Refuses where raw.archive has no record of the month, or a '
'record of other pages. Runs with the rights of the owner.';

-- accounting: shifts.

create table accounting.shift (
    shift_id uuid primary key,
    source text not null check (source in ('ofd', 'market')),
    organization_inn text not null,
    kpp text not null,
    sales_point text not null default '',
    kkt_reg_id text,
    fiscal_drive_number text,
    shift_number integer check (shift_number > 0),
    fiscal_document_number bigint,
    fiscal_sign bigint,
    shop_id text,
    cashbox_id text,
    till_shift text,
    same_as uuid references accounting.shift (shift_id),
    opened_at timestamp,
    closed_at timestamp not null,
    received_at timestamptz,
    late_by interval,
    receipts integer,
    documents_quantity integer,
    drive_replace boolean,
    drive_exhausted boolean,
    drive_memory_full boolean,
    ofd_timeout boolean,
    not_sent integer check (not_sent >= 0),
    not_sent_since timestamp,
    cash_income numeric(15, 2) check (cash_income >= 0),
    cash_refund numeric(15, 2) check (cash_refund >= 0),
    cash_payout numeric(15, 2) check (cash_payout >= 0),
    cash_payout_refund numeric(15, 2) check (cash_payout_refund >= 0),
    cashless_income numeric(15, 2) check (cashless_income >= 0),
    cashless_refund numeric(15, 2) check (cashless_refund >= 0),
    price_correction numeric(15, 2),
    detail text check (detail in ('totals', 'receipts')),
    order_date date,
    outcome text not null check (
        outcome in (
            'issued', 'no_cash', 'incomplete', 'duplicate', 'conflict', 'needs_review', 'before_start',
            'closed_period', 'rejected'
        )
    ),
    reason text,
    reason_code text generated always as (control.reason_code(reason)) stored,
    reason_args jsonb generated always as (control.reason_args(reason)) stored,
    decision_id bigint references control.decision (decision_id),
    evidence bigint[] not null,
    proposed_orders jsonb,
    revision integer not null default 1,
    batch_id bigint not null,
    loaded_at timestamptz not null default now(),
    unique (fiscal_drive_number, shift_number),
    check (
        outcome not in ('issued', 'no_cash')
        or (
            cash_income is not null and cash_refund is not null
            and cash_payout is not null and cash_payout_refund is not null
        )
    ),
    constraint shift_is_known_by_its_source check (
        case source
            when 'ofd'
                then
                    kkt_reg_id is not null and fiscal_drive_number is not null and shift_number is not null
                    and till_shift is null
            else
                shop_id is not null and cashbox_id is not null and till_shift is not null
                and fiscal_drive_number is null and shift_number is null
                and opened_at is not null and order_date is not null
        end
    ),
    constraint duplicate_of_another_source check (
        (outcome <> 'duplicate' or same_as is not null) and same_as is distinct from shift_id
    )
);
comment on table accounting.shift is 'Every closed shift that a source reported, once, with its outcome.';
comment on column accounting.shift.proposed_orders is
'The orders that its sums make, amounts in kopecks, while they are not issued; null if none can be made.';
comment on column accounting.shift.sales_point is
'The point of sale of its register or shop on its day (control.point_of_sale), as known when it was loaded; empty: '
'unknown. It stays when the register moves.';
comment on column accounting.shift.closed_at is 'Local time of the register, without a zone; so is opened_at.';
comment on column accounting.shift.reason is
'Reasons for its outcome: codes with arguments, one per line; reason_code and reason_args are those of the first.';
comment on column accounting.shift.evidence is 'Pages of raw.page that the shift was read from.';
comment on column accounting.shift.late_by is
'How long after its closing the operator received its z-report, if more than 24 hours; else empty.';
comment on column accounting.shift.decision_id is
'The newest decision of a person that gave it its facts or its outcome.';
comment on column accounting.shift.till_shift is 'cashRegisterId of Kontur.Market: its name of a shift.';
comment on column accounting.shift.same_as is
'The shift of the other source that this one is; one of the two is booked.';
comment on column accounting.shift.price_correction is 'Rounding of cash in Market''s cheques, sales less refunds.';
comment on column accounting.shift.drive_replace is
'The z-report''s sign that the fiscal drive (ФН) has to be replaced at once. Empty, as for the other signs: not '
'reported.';
comment on column accounting.shift.drive_exhausted is 'That the drive''s resource ends within 30 days.';
comment on column accounting.shift.drive_memory_full is 'That the memory of the drive is 99 per cent full.';
comment on column accounting.shift.ofd_timeout is 'That the operator had not answered for more than the allowed time.';
comment on column accounting.shift.not_sent is
'How many fiscal documents the operator had not confirmed when the shift was closed; not_sent_since is the oldest one.';
comment on column accounting.shift.documents_quantity is
'Fiscal documents from the opening report through the z-report, as the z-report counts them.';
comment on column accounting.shift.fiscal_document_number is
'Of the closing report. Empty for a shift of Market, and for a shift of the OFD that has no closing report and '
'can get none (its drive was replaced): closed_at is then the time of its last document, and a person settles it.';
comment on column accounting.shift.shift_id is
'Derived from the key of the shift at its source, so it is the same whenever the shift is loaded.';
comment on column accounting.shift.kkt_reg_id is 'РНМ of the register; empty for a shift of Market.';
comment on column accounting.shift.fiscal_drive_number is 'ФН. With shift_number the key of a shift of the OFD.';
comment on column accounting.shift.received_at is 'When the operator received the z-report.';
comment on column accounting.shift.receipts is 'How many receipts the source counts in the shift.';
comment on column accounting.shift.cash_income is 'Cash of sales. Each sum is above or equal to zero; empty: unknown.';
comment on column accounting.shift.cash_refund is 'Cash of refunds of sales.';
comment on column accounting.shift.cash_payout is 'Cash of payouts.';
comment on column accounting.shift.cash_payout_refund is 'Cash of refunds of payouts.';
comment on column accounting.shift.detail is 'Where the sums come from: totals by shift, or its receipts.';
comment on column accounting.shift.order_date is
'The date of its orders by the date policy of its day; empty if it cannot be known yet.';
create index shift_of_organization on accounting.shift (organization_inn, closed_at);
create index shift_of_drive on accounting.shift (organization_inn, kkt_reg_id, closed_at);
create unique index shift_of_cashbox on accounting.shift (organization_inn, cashbox_id, till_shift)
where cashbox_id is not null;
-- For a decision about a batch till shifts are read by day and by waiting outcome, not by years.
create index till_shift_of_organization on accounting.shift (organization_inn, closed_at) where source = 'market';
create index long_shift_of_organization on accounting.shift (organization_inn, closed_at)
where source = 'ofd' and opened_at < closed_at - interval '5 days';
create index waiting_till_shift on accounting.shift (organization_inn)
where source = 'market' and outcome in ('conflict', 'needs_review', 'before_start', 'closed_period');
create index shift_same_as on accounting.shift (same_as) where same_as is not null;
create index shift_that_waits on accounting.shift (organization_inn, closed_at)
where outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period');
create index shift_that_was_late on accounting.shift (organization_inn, closed_at)
where late_by is not null;

-- A decision may be about two shifts: those of the two sources.
alter table control.decision add constraint decision_competing_shift_id_fkey
foreign key (competing_shift_id) references accounting.shift (shift_id);

create function accounting.shift_facts(shift accounting.shift) returns jsonb
language sql stable parallel safe
return jsonb_build_object(
    'cash_income', shift.cash_income, 'cash_refund', shift.cash_refund, 'cash_payout', shift.cash_payout,
    'cash_payout_refund', shift.cash_payout_refund, 'cashless_income', shift.cashless_income,
    'cashless_refund', shift.cashless_refund, 'receipts', shift.receipts, 'order_date', shift.order_date
);
comment on function accounting.shift_facts is
'One side of a decision: the facts that are compared and that orders are made of.';

create function control.cash_of(facts jsonb) returns numeric
language sql immutable strict parallel safe
return (facts ->> 'cash_income')::numeric - (facts ->> 'cash_refund')::numeric
- (facts ->> 'cash_payout')::numeric + (facts ->> 'cash_payout_refund')::numeric;
comment on function control.cash_of is 'Net cash of a side of a decision; null if a sum is unknown.';

create table accounting.shift_history (
    like accounting.shift including generated, archived_at timestamptz not null default clock_timestamp()
);
comment on table accounting.shift_history is 'Former facts and outcomes of shifts: a row for each change of a shift.';
create index shift_history_of_shift on accounting.shift_history (shift_id, revision);

create trigger nothing_is_deleted before delete or truncate on accounting.shift
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on accounting.shift_history
for each statement execute function accounting.refuse();

create function accounting.keep_shift_history() returns trigger
language plpgsql
as $$
begin
    insert into accounting.shift_history (
        shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number,
        fiscal_sign, opened_at, closed_at, received_at, receipts, cash_income, cash_refund, cash_payout,
        cash_payout_refund, cashless_income, cashless_refund, source, detail, order_date, outcome, reason, evidence,
        revision, batch_id, loaded_at, late_by, decision_id, shop_id, cashbox_id, till_shift, price_correction, same_as,
        documents_quantity, drive_replace, drive_exhausted, drive_memory_full, ofd_timeout, not_sent, not_sent_since,
        sales_point
    )
    select
        shift_id, organization_inn, kpp, kkt_reg_id, fiscal_drive_number, shift_number, fiscal_document_number,
        fiscal_sign, opened_at, closed_at, received_at, receipts, cash_income, cash_refund, cash_payout,
        cash_payout_refund, cashless_income, cashless_refund, source, detail, order_date, outcome, reason, evidence,
        revision, batch_id, loaded_at, late_by, decision_id, shop_id, cashbox_id, till_shift, price_correction, same_as,
        documents_quantity, drive_replace, drive_exhausted, drive_memory_full, ofd_timeout, not_sent, not_sent_since,
        sales_point
    from old_rows;
    return null;
end
$$;

create trigger shift_history after update on accounting.shift
referencing old table as old_rows
for each statement execute function accounting.keep_shift_history();

-- Shifts booked in a closed period do not change their facts, and no more shifts are booked there.

create function accounting.check_new_shifts() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select fresh.organization_inn, fresh.order_date, closed_period.through
    into wrong
    from new_rows as fresh
    inner join control.closed_period
        on
            fresh.organization_inn = closed_period.organization_inn
            and fresh.order_date <= closed_period.through
    where accounting.is_booked(fresh.outcome)
    limit 1;
    if found then
        raise exception 'a shift of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.order_date, wrong.through
            using errcode = 'check_violation', constraint = 'shift_not_in_closed_period';
    end if;
    return null;
end
$$;

create trigger new_shifts after insert on accounting.shift
referencing new table as new_rows
for each statement execute function accounting.check_new_shifts();

create function accounting.check_changed_shifts() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.shift_id
    into wrong
    from old_rows
    left join new_rows on old_rows.shift_id = new_rows.shift_id
    where new_rows.shift_id is null
    limit 1;
    if found then
        raise exception 'shift % keeps its id: orders name it', wrong.shift_id
            using errcode = 'check_violation', constraint = 'shift_identity_is_fixed';
    end if;

    select old_rows.organization_inn, old_rows.order_date, closed_period.through
    into wrong
    from old_rows
    inner join control.closed_period on old_rows.organization_inn = closed_period.organization_inn
    left join new_rows on old_rows.shift_id = new_rows.shift_id
    cross join
        lateral (
            select
                accounting.is_booked(old_rows.outcome) and old_rows.order_date <= closed_period.through as was_in,
                accounting.is_booked(new_rows.outcome) and new_rows.order_date <= closed_period.through as is_in,
                (
                    old_rows.organization_inn, old_rows.kpp, old_rows.kkt_reg_id, old_rows.fiscal_document_number,
                    old_rows.closed_at, old_rows.order_date, old_rows.receipts, old_rows.cash_income,
                    old_rows.cash_refund, old_rows.cash_payout, old_rows.cash_payout_refund,
                    old_rows.cashless_income, old_rows.cashless_refund
                )
                is not distinct from (
                    new_rows.organization_inn, new_rows.kpp, new_rows.kkt_reg_id, new_rows.fiscal_document_number,
                    new_rows.closed_at, new_rows.order_date, new_rows.receipts, new_rows.cash_income,
                    new_rows.cash_refund, new_rows.cash_payout, new_rows.cash_payout_refund,
                    new_rows.cashless_income, new_rows.cashless_refund
                ) as same_facts,
                new_rows.decision_id is not null
                and new_rows.decision_id is distinct from old_rows.decision_id as is_decided
        ) as change
    where
        (coalesce(change.is_in, false) and not (change.was_in and change.same_facts))
        -- A decision may move a shift from a closed period to an open day.
        or (change.was_in and not coalesce(change.is_in, false) and not change.is_decided)
    limit 1;
    if found then
        raise exception 'a shift of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.order_date, wrong.through
            using errcode = 'check_violation', constraint = 'shift_not_in_closed_period';
    end if;
    return null;
end
$$;

create trigger changed_shifts after update on accounting.shift
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_changed_shifts();

-- accounting: cash of the shifts by day, updated by every statement that writes shifts: a page sums days, not shifts.

create table accounting.cash_of_day (
    organization_inn text not null references control.organization (inn),
    day date not null,
    kpp text not null,
    sales_point text not null,
    shifts bigint not null,
    net numeric(18, 2) not null,
    primary key (organization_inn, day, kpp, sales_point)
);
comment on table accounting.cash_of_day is
'Shifts with the outcome issued or no_cash that were closed on the day, by the register''s time, by КПП and point of '
'sale: their count '
'and their net cash. Other outcomes are read from the shifts.';

create trigger nothing_is_deleted before delete or truncate on accounting.cash_of_day
for each statement execute function accounting.refuse();

create function accounting.sum_cash_of_new_shifts() returns trigger
language plpgsql
as $$
begin
    insert into accounting.cash_of_day as kept (organization_inn, day, kpp, sales_point, shifts, net)
    select
        organization_inn,
        closed_at::date,
        kpp,
        sales_point,
        count(*),
        sum(cash_income - cash_refund - cash_payout + cash_payout_refund)
    from new_rows
    where outcome in ('issued', 'no_cash')
    group by organization_inn, closed_at::date, kpp, sales_point
    order by organization_inn, closed_at::date, kpp, sales_point
    on conflict (organization_inn, day, kpp, sales_point) do update
        set shifts = kept.shifts + excluded.shifts, net = kept.net + excluded.net;
    return null;
end
$$;

create trigger cash_of_new_shifts after insert on accounting.shift
referencing new table as new_rows
for each statement execute function accounting.sum_cash_of_new_shifts();

create function accounting.sum_cash_of_changed_shifts() returns trigger
language plpgsql
as $$
begin
    insert into accounting.cash_of_day as kept (organization_inn, day, kpp, sales_point, shifts, net)
    select
        organization_inn,
        closed_at::date,
        kpp,
        sales_point,
        sum(shifts),
        sum(net)
    from (
        select
            organization_inn,
            closed_at,
            kpp,
            sales_point,
            1 as shifts,
            cash_income - cash_refund - cash_payout + cash_payout_refund as net
        from new_rows
        where outcome in ('issued', 'no_cash')
        union all
        select
            organization_inn,
            closed_at,
            kpp,
            sales_point,
            -1,
            cash_refund - cash_income + cash_payout - cash_payout_refund
        from old_rows
        where outcome in ('issued', 'no_cash')
    ) as change
    group by organization_inn, closed_at::date, kpp, sales_point
    having sum(shifts) <> 0 or sum(net) <> 0
    order by organization_inn, closed_at::date, kpp, sales_point
    on conflict (organization_inn, day, kpp, sales_point) do update
        set shifts = kept.shifts + excluded.shifts, net = kept.net + excluded.net;
    return null;
end
$$;

create trigger cash_of_changed_shifts after update on accounting.shift
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.sum_cash_of_changed_shifts();

-- accounting: cash orders.

create table accounting.cash_order (
    document_id uuid primary key,
    shift_id uuid not null,
    organization_inn text not null,
    kpp text not null,
    sales_point text not null default '',
    kind text not null check (kind in ('pko', 'rko')),
    number bigint not null check (number > 0),
    date date not null,
    book_year integer not null generated always as (extract(year from date)) stored,
    number_text text generated always as (number::text) stored,
    counterparty text not null,
    amount numeric(15, 2) not null check (amount > 0),
    source text not null check (source in ('ofd', 'market')),
    operation text not null check (operation in ('cash_income', 'cash_refund', 'cash_payout', 'cash_payout_refund')),
    taxation text not null,
    agent boolean not null,
    issue integer not null default 1 check (issue > 0),
    debit_account text not null,
    credit_account text not null,
    vat numeric(15, 2) check (vat >= 0 and vat < amount),
    vat_by_rate jsonb,
    basis text not null,
    status text not null default 'new' check (status in ('new', 'accepted', 'rejected', 'reversed')),
    status_by text,
    status_at timestamptz,
    status_reason text,
    issued_decision_id bigint references control.decision (decision_id),
    reversed_decision_id bigint references control.decision (decision_id),
    reversed_on date,
    revision integer not null default 1,
    batch_id bigint not null,
    loaded_at timestamptz not null default now(),
    constraint one_number_of_a_series unique (organization_inn, kpp, kind, book_year, number),
    check ((kind = 'pko') = (operation in ('cash_income', 'cash_payout_refund'))),
    constraint a_decision_reverses check (
        (reversed_decision_id is null) = (reversed_on is null)
        and (reversed_decision_id is null or (status = 'reversed' and reversed_on >= date))
    )
);
comment on table accounting.cash_order is
'ПКО and РКО. Never deleted; a revision leaves its former contents in cash_order_history.';
comment on column accounting.cash_order.number_text is
'The number as documents show it: under row-level security an index finds a text only if no cast is needed.';
comment on column accounting.cash_order.issue is
'1, 2, …: counts orders of the same shift, operation, tax system and agent; the former ones are reversed.';
comment on column accounting.cash_order.status_by is
'Who gave it its status: a person, or `rule`. Empty while it is new, unless its acceptance was taken back.';
comment on column accounting.cash_order.reversed_on is
'The day on which a reversal by decision counts: the order''s date, or the first open day if that is in a closed '
'period.';
comment on column accounting.cash_order.number is 'Within kind, cash book (ИНН + КПП) and book_year without a gap.';
comment on column accounting.cash_order.taxation is
'The tax system of the receipts; empty: unknown, or the order is made of totals.';
comment on column accounting.cash_order.agent is 'Whether it is money taken for a principal.';
comment on column accounting.cash_order.vat is
'VAT inside the amount; empty: not exactly known, never zero in its place.';
comment on column accounting.cash_order.vat_by_rate is 'Kopecks by rate: `{"20": 1667}`.';
comment on column accounting.cash_order.basis is 'The printed basis: number and date of the z-report, РНМ, ФН, ФД.';
comment on column accounting.cash_order.revision is
'1, then one more with each change; former ones are in cash_order_history.';
create unique index one_live_order on accounting.cash_order (shift_id, operation, taxation, agent)
where status in ('new', 'accepted');
create index cash_order_of_organization on accounting.cash_order (organization_inn, date)
include (kind, status, amount, kpp, sales_point);
create index cash_order_of_day on accounting.cash_order (date);
create index cash_order_of_number on accounting.cash_order (number_text);
create unique index cash_order_of_shift on accounting.cash_order (shift_id, operation, taxation, agent, issue);
create index cash_order_set_aside on accounting.cash_order (organization_inn, date)
where status in ('rejected', 'reversed');
create index cash_order_not_accepted on accounting.cash_order (organization_inn, date) where status = 'new';
create index cash_order_of_decision on accounting.cash_order (reversed_decision_id)
where reversed_decision_id is not null;
create index cash_order_by_decision on accounting.cash_order (issued_decision_id) where issued_decision_id is not null;

create index cash_order_reversed_later on accounting.cash_order (organization_inn, reversed_on)
where status = 'reversed';

create table accounting.cash_order_history (
    like accounting.cash_order,
    -- Not now(): a transaction that waited for a lock may have begun before the one that it waited for.
    archived_at timestamptz not null default clock_timestamp()
);
comment on table accounting.cash_order_history is
'Former contents of cash orders: a row for each change of an order, also of its status alone.';
create index cash_order_history_of_document on accounting.cash_order_history (document_id, revision);
create index cash_order_history_of_shift on accounting.cash_order_history (shift_id);

create trigger nothing_is_deleted before delete or truncate on accounting.cash_order
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on accounting.cash_order_history
for each statement execute function accounting.refuse();

-- New orders: none before the start date or in a closed period, and no gap in their numbers.

create function accounting.check_new_orders() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select fresh.organization_inn, fresh.date, integration.start_date
    into wrong
    from (select distinct organization_inn, source, date from new_rows) as fresh
    left join control.integration_of_source as integration
        on integration.organization_inn = fresh.organization_inn and integration.source = fresh.source
    where integration.start_date is null or fresh.date < integration.start_date
    limit 1;
    if found then
        raise exception 'an order of % dated % lies before the start of the integration (%)',
            wrong.organization_inn, wrong.date, coalesce(wrong.start_date::text, 'never switched on')
            using errcode = 'check_violation', constraint = 'order_not_before_start';
    end if;

    select fresh.organization_inn, fresh.date, closed_period.through
    into wrong
    from (select distinct organization_inn, date from new_rows) as fresh
    inner join control.closed_period
        on closed_period.organization_inn = fresh.organization_inn and fresh.date <= closed_period.through
    limit 1;
    if found then
        raise exception 'an order of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.date, wrong.through
            using errcode = 'check_violation', constraint = 'order_not_in_closed_period';
    end if;

    -- ПКО and РКО are two series of numbers. In each, the new numbers of a cash book and year are one run without a
    -- gap, which starts at 1 or right after a number that exists.
    select book.organization_inn, book.kpp, book.kind, book.book_year
    into wrong
    from (
        select
            organization_inn, kpp, kind, book_year, min(number) as lowest, max(number) as highest, count(*) as orders
        from new_rows
        group by organization_inn, kpp, kind, book_year
    ) as book
    where
        book.highest - book.lowest + 1 <> book.orders
        or (
            book.lowest > 1 and not exists (
                select from accounting.cash_order as former
                where
                    former.organization_inn = book.organization_inn
                    and former.kpp = book.kpp
                    and former.kind = book.kind
                    and former.book_year = book.book_year
                    and former.number = book.lowest - 1
            )
        )
    limit 1;
    if found then
        raise exception '% numbers of the cash book % / % of % would have a gap',
            wrong.kind, wrong.organization_inn, wrong.kpp, wrong.book_year
            using errcode = 'check_violation', constraint = 'numbers_without_gap';
    end if;
    return null;
end
$$;

create trigger new_orders after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_new_orders();

create function accounting.check_orders_begin() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select organization_inn, kpp, number, status into wrong from new_rows where status <> 'new' limit 1;
    if found then
        raise exception 'order % of % / % begins as %, not as new',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status
            using errcode = 'check_violation', constraint = 'order_begins_as_new';
    end if;
    return null;
end
$$;

create trigger orders_begin after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_orders_begin();

-- The foreign key of an order to its shift, checked once per statement instead of once per row, which took a third of
-- the time of the insert. The other side needs no check: shifts are never deleted, and changed_shifts refuses other
-- ids. An order moves to another shift only as moved_orders allows. Every plan except an index lookup per row is off,
-- because the session reuses a plan, and the next statement may insert one order beside millions of shifts.
create function accounting.check_shifts_of_orders() returns trigger
language plpgsql
set enable_hashjoin to off
set enable_mergejoin to off
set enable_seqscan to off
as $$
declare
    wrong record;
begin
    select new_rows.organization_inn, new_rows.kpp, new_rows.number, new_rows.shift_id
    into wrong
    from new_rows
    left join accounting.shift on new_rows.shift_id = shift.shift_id
    where shift.shift_id is null
    limit 1;
    if found then
        raise exception 'order % of % / % is of shift %, which does not exist',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.shift_id
            using errcode = 'foreign_key_violation', constraint = 'shift_of_the_order';
    end if;
    return null;
end
$$;

create trigger shifts_of_orders after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_shifts_of_orders();

-- Changed orders: allowed changes of status, and allowed changes in a closed period. Transition tables have no index:
-- for a search of the first wrong row nested loops seem cheap to the planner, and are quadratic if no row is wrong.

create function accounting.sign_status() returns trigger
language plpgsql
as $$
begin
    new.status_by := session_user;
    new.status_at := now();
    new.status_reason := null;
    return new;
end
$$;
comment on function accounting.sign_status is 'Names the login as the author of a change of status that names nobody.';

create trigger status_is_signed before update on accounting.cash_order
for each row
when (old.status <> new.status and (new.status_by is null or new.status_at is not distinct from old.status_at))
execute function accounting.sign_status();

-- If two sources report one shift, a decision keeps one side, and reverses the orders of the other.
create function accounting.check_order_statuses() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.status, new_rows.status as wanted
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.status <> new_rows.status
        and not case old_rows.status
            when 'new' then true
            when 'accepted'
                then
                    (new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null)
                    -- Acceptance is taken back with a reason, and not while a decision that was asked because of it is
                    -- open.
                    or (
                        new_rows.status = 'new'
                        and trim(coalesce(new_rows.status_reason, '')) <> ''
                        and not new_rows.shift_id in (
                            select unnest(array_remove(array[decision.shift_id, decision.competing_shift_id], null))
                            from control.decision
                            where decision.state = 'open'
                        )
                    )
            when 'rejected'
                then
                    new_rows.status = 'accepted'
                    or (new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null)
            when 'reversed'
                then
                    (new_rows.status = 'new' and old_rows.reversed_decision_id is null)
                    -- If the answer that reversed it is taken back, the order gets its former status.
                    or (
                        new_rows.reversed_decision_id is null
                        and exists (
                            select from control.decision
                            where
                                decision.decision_id = old_rows.reversed_decision_id
                                and decision.taken_back_at is not null
                        )
                        -- A change of status does not raise the revision: the former revision was last archived by the
                        -- reversal.
                        and new_rows.status = (
                            select former.status
                            from accounting.cash_order_history as former
                            where
                                former.document_id = old_rows.document_id
                                and former.revision = old_rows.revision - 1
                            order by former.archived_at desc
                            limit 1
                        )
                    )
        end
    limit 1;
    if found then
        raise exception 'order % of % / % is % and cannot become %',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status, wrong.wanted
            using errcode = 'check_violation', constraint = 'order_status_moves_on';
    end if;

    select old_rows.organization_inn, old_rows.kpp, old_rows.number
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.reversed_decision_id is distinct from new_rows.reversed_decision_id
        and not exists (
            select from control.decision
            where
                decision.decision_id = coalesce(new_rows.reversed_decision_id, old_rows.reversed_decision_id)
                and new_rows.shift_id in (decision.shift_id, decision.competing_shift_id)
                and case
                    -- Taking an answer back restores the orders that it reversed, and reverses those that it issued.
                    when decision.taken_back_at is not null
                        then
                            (new_rows.reversed_decision_id is null and new_rows.status <> 'reversed')
                            or (
                                old_rows.reversed_decision_id is null
                                and new_rows.issued_decision_id = decision.decision_id
                            )
                    else
                        old_rows.reversed_decision_id is null
                        and decision.resolution in ('reverse', 'keep-ofd', 'keep-market', 'reject')
                end
        )
    limit 1;
    if found then
        raise exception 'order % of % / %: no decision about its shift reverses it',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_reversed_by_decision';
    end if;
    return null;
end
$$;

create trigger order_statuses after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_order_statuses();

create function accounting.check_changed_orders() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.status
    into wrong
    from old_rows
    left join new_rows on old_rows.document_id = new_rows.document_id
    where
        new_rows.document_id is null
        or (
            old_rows.organization_inn, old_rows.kpp, old_rows.kind, old_rows.number,
            old_rows.date, old_rows.operation, old_rows.issued_decision_id
        )
        is distinct from (
            new_rows.organization_inn, new_rows.kpp, new_rows.kind, new_rows.number,
            new_rows.date, new_rows.operation, new_rows.issued_decision_id
        )
        or (
            (old_rows.shift_id, old_rows.source, old_rows.taxation, old_rows.agent, old_rows.issue)
            is distinct from (new_rows.shift_id, new_rows.source, new_rows.taxation, new_rows.agent, new_rows.issue)
            -- check_moved_orders checks to which shift an order may move.
            and not (old_rows.source = 'market' and new_rows.source = 'ofd' and old_rows.shift_id <> new_rows.shift_id)
        )
    limit 1;
    if found then
        raise exception 'order % of % / %: number, date, cash book and shift are assigned once',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_identity_is_fixed';
    end if;

    select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.status
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        (
            old_rows.status in ('accepted', 'rejected')
            or new_rows.reversed_decision_id is not null
        )
        and (
            old_rows.amount, old_rows.vat, old_rows.vat_by_rate, old_rows.basis, old_rows.counterparty,
            old_rows.debit_account, old_rows.credit_account
        )
        is distinct from (
            new_rows.amount, new_rows.vat, new_rows.vat_by_rate, new_rows.basis, new_rows.counterparty,
            new_rows.debit_account, new_rows.credit_account
        )
    limit 1;
    if found then
        raise exception 'order % of % / % is % and cannot be changed',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status
            using errcode = 'check_violation', constraint = 'accepted_order_is_fixed';
    end if;

    -- A decision may reverse an order of a closed period on an open day: the turnover of the closed period stays.
    select old_rows.organization_inn, old_rows.date, closed_period.through
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    inner join control.closed_period
        on
            old_rows.organization_inn = closed_period.organization_inn
            and old_rows.date <= closed_period.through
    where
        new_rows.reversed_decision_id is null
        or old_rows.reversed_decision_id is not null
        or new_rows.reversed_on <= closed_period.through
    limit 1;
    if found then
        raise exception 'an order of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.date, wrong.through
            using errcode = 'check_violation', constraint = 'order_not_in_closed_period';
    end if;

    insert into accounting.cash_order_history (
        document_id, shift_id, organization_inn, kpp, kind, number, date, book_year, counterparty, amount, source,
        status, operation, taxation, agent, debit_account, credit_account, vat, vat_by_rate, basis, revision, batch_id,
        loaded_at, issue, status_by, status_at, status_reason, issued_decision_id, reversed_decision_id, reversed_on,
        sales_point
    )
    select
        document_id, shift_id, organization_inn, kpp, kind, number, date, book_year, counterparty, amount, source,
        status, operation, taxation, agent, debit_account, credit_account, vat, vat_by_rate, basis, revision, batch_id,
        loaded_at, issue, status_by, status_at, status_reason, issued_decision_id, reversed_decision_id, reversed_on,
        sales_point
    from old_rows;
    return null;
end
$$;

create trigger changed_orders after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_changed_orders();

-- An order first made from Market's data moves to the OFD's shift that turns out to be the same: it keeps its
-- number, its date and its book, and once accepted its contents too.
create function accounting.check_moved_orders() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    with moved as materialized (
        select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.shift_id, new_rows.shift_id as goes_to
        from old_rows
        inner join new_rows on old_rows.document_id = new_rows.document_id and old_rows.shift_id <> new_rows.shift_id
    )
    select moved.organization_inn, moved.kpp, moved.number
    into wrong
    from moved
    where
        not exists (
            select from accounting.shift
            where shift.shift_id = moved.shift_id and shift.same_as = moved.goes_to and shift.source = 'market'
        );
    if found then
        raise exception 'order % of % / % goes over to a shift that is not the same one',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_moves_to_the_same_shift';
    end if;
    return null;
end
$$;

create trigger moved_orders after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_moved_orders();

-- The rows of a statement come from one or two batches, so their batch is looked up once per statement, not once per
-- row. It must be a batch of their organisation, which two foreign keys could not express.
create function accounting.check_batches() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select new_batch.batch_id, new_batch.organization_inn
    into wrong
    from (select distinct batch_id, organization_inn from new_rows) as new_batch
    left join control.batch
        on new_batch.batch_id = batch.batch_id and new_batch.organization_inn = batch.organization_inn
    where batch.batch_id is null
    limit 1;
    if found then
        raise exception 'a row of %.% names batch % of organisation %, which has no such batch',
            tg_table_schema, tg_table_name, wrong.batch_id, wrong.organization_inn
            using errcode = 'foreign_key_violation', constraint = 'batch_of_the_organization';
    end if;
    return null;
end
$$;

create trigger batches_of_new after insert on accounting.shift
referencing new table as new_rows
for each statement execute function accounting.check_batches();
create trigger batches_of_changed after update on accounting.shift
referencing new table as new_rows
for each statement execute function accounting.check_batches();
create trigger batches_of_new after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_batches();
create trigger batches_of_changed after update on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_batches();

-- accounting: the rest of a cash book: its opening balance, and movements of cash without a shift. Nothing is deleted:
-- a wrong row is reversed, once.

create table accounting.cash_opening (
    cash_opening_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kpp text not null check (kpp = '' or kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'),
    day date not null,
    amount numeric(15, 2) not null check (amount >= 0),
    entered_by text not null check (entered_by <> ''),
    entered_at timestamptz not null default now(),
    reversed_on date,
    reversed_by text,
    reversed_at timestamptz,
    reversed_reason text,
    constraint opening_reversal_is_signed check (
        num_nonnulls(reversed_on, reversed_by, reversed_at, reversed_reason) in (0, 4)
    ),
    -- The balance of each later day would change, so the first of these days must be open too.
    constraint opening_is_reversed_on_its_day check (reversed_on = day)
);
comment on table accounting.cash_opening is
'The cash of a cash book (ИНН + КПП) at the beginning of a day, entered once. Before that day the balance is unknown.';
create unique index one_opening_of_a_book on accounting.cash_opening (organization_inn, kpp) where reversed_on is null;

create table accounting.cash_movement (
    cash_movement_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kpp text not null check (kpp = '' or kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'),
    word text not null check (
        word in (
            'bank_withdrawal', 'accountable_return', 'other_income',
            'bank_deposit', 'collection', 'supplier', 'wages', 'accountable', 'other_expense'
        )
    ),
    kind text not null generated always as (
        case when word in ('bank_withdrawal', 'accountable_return', 'other_income') then 'pko' else 'rko' end
    ) stored,
    day date not null,
    number text not null default '',
    counterparty text not null default '',
    account text not null,
    basis text not null default '',
    amount numeric(15, 2) not null check (amount > 0),
    import_key text,
    entered_by text not null check (entered_by <> ''),
    entered_at timestamptz not null default now(),
    reversed_on date check (reversed_on >= day),
    reversed_by text,
    reversed_at timestamptz,
    reversed_reason text,
    constraint movement_reversal_is_signed check (
        num_nonnulls(reversed_on, reversed_by, reversed_at, reversed_reason) in (0, 4)
    )
);
comment on table accounting.cash_movement is
'Cash that came in or went out without a shift: to the bank, to suppliers, wages. A reversed movement counts on '
'its own day and negatively on the day of the reversal; if both are the same day, not at all.';
comment on column accounting.cash_movement.account is 'The corresponding account (not the cash account).';
comment on column accounting.cash_movement.import_key is
'Digest of the line of a file, or the number of a form: the same line or form adds nothing.';
create index cash_movement_of_book on accounting.cash_movement (organization_inn, kpp, day);
create unique index cash_movement_is_imported_once on accounting.cash_movement (organization_inn, import_key);

create function accounting.guard_cash_entry() returns trigger
language plpgsql
as $$
declare
    -- `kind` is generated: a trigger before the row does not see its value.
    reversal constant text[] := array['reversed_on', 'reversed_by', 'reversed_at', 'reversed_reason', 'kind'];
    closed_through date := (select through from control.closed_period where organization_inn = new.organization_inn);
begin
    if tg_op = 'INSERT' then
        if new.reversed_on is not null then
            raise exception 'a row of % is entered, then reversed', tg_table_name using errcode = 'check_violation';
        end if;
        if new.day <= closed_through then
            raise exception 'the cash of % on % lies in a period closed through %', new.organization_inn, new.day, closed_through
                using errcode = 'check_violation', constraint = 'cash_not_in_closed_period';
        end if;
        return new;
    end if;
    if old.reversed_on is not null or new.reversed_on is null or to_jsonb(new) - reversal <> to_jsonb(old) - reversal then
        raise exception 'a row of % is reversed once, and never changed', tg_table_name
            using errcode = 'integrity_constraint_violation', constraint = 'cash_is_reversed_only';
    end if;
    if new.reversed_on <= closed_through then
        raise exception 'the reversal of cash of % on % lies in a period closed through %',
            new.organization_inn, new.reversed_on, closed_through
            using errcode = 'check_violation', constraint = 'cash_not_in_closed_period';
    end if;
    return new;
end
$$;

create trigger cash_entry_guard before insert or update on accounting.cash_opening
for each row execute function accounting.guard_cash_entry();
create trigger nothing_is_deleted before delete or truncate on accounting.cash_opening
for each statement execute function accounting.refuse();
create trigger cash_entry_guard before insert or update on accounting.cash_movement
for each row execute function accounting.guard_cash_entry();
create trigger nothing_is_deleted before delete or truncate on accounting.cash_movement
for each statement execute function accounting.refuse();

create table accounting.cash_limit (
    cash_limit_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    kpp text not null check (kpp = '' or kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'),
    first_day date not null,
    amount numeric(15, 2) check (amount >= 0),
    entered_by text not null check (entered_by <> ''),
    entered_at timestamptz not null default now()
);
comment on table accounting.cash_limit is
'The most cash that a cash book may have at the end of a day, from a day on; empty: no limit. For a day the last '
'entry counts.';
create index cash_limit_of_book on accounting.cash_limit (organization_inn, kpp, first_day, cash_limit_id);
create trigger history_is_kept before update or delete or truncate on accounting.cash_limit
for each statement execute function accounting.refuse();

create function accounting.was_booked_when_reversed(reversed_id uuid) returns boolean
language sql stable parallel safe
as $$
    select status <> 'rejected'
    from accounting.cash_order_history
    where document_id = reversed_id
    order by archived_at desc, revision desc
    limit 1
$$;
comment on function accounting.was_booked_when_reversed is
'Whether a reversed order moved the cash until then: one that a person had rejected did not. Null if it has no '
'history.';

-- A decision may have reversed an order of a closed period on a later day (reversed_on): the order moved the cash on
-- its own day, as printed on that day's sheet, and back on the later day. An order that a person rejected moved none.
create view accounting.cash_book_entry with (security_invoker = true) as
select
    organization_inn,
    kpp,
    date as day,
    kind,
    number::text as number,
    number as place,
    counterparty,
    case kind when 'pko' then credit_account else debit_account end as account,
    basis,
    amount,
    false as is_reversal,
    document_id,
    null::bigint as cash_movement_id
from accounting.cash_order
where
    status in ('new', 'accepted')
    or (
        status = 'reversed'
        and reversed_on > date
        and accounting.was_booked_when_reversed(document_id)
    )
union all
select
    organization_inn,
    kpp,
    reversed_on,
    kind,
    number::text,
    number,
    counterparty,
    case kind when 'pko' then credit_account else debit_account end,
    basis,
    -amount,
    true,
    document_id,
    null
from accounting.cash_order
where
    status = 'reversed'
    and reversed_on > date
    and accounting.was_booked_when_reversed(document_id)
union all
select
    organization_inn,
    kpp,
    day,
    kind,
    number,
    9000000000000000 + cash_movement_id,
    counterparty,
    account,
    basis,
    amount,
    false,
    null,
    cash_movement_id
from accounting.cash_movement
where reversed_on is null or reversed_on > day
union all
select
    organization_inn,
    kpp,
    reversed_on,
    kind,
    number,
    9000000000000000 + cash_movement_id,
    counterparty,
    account,
    basis,
    -amount,
    true,
    null,
    cash_movement_id
from accounting.cash_movement
where reversed_on > day;
comment on view accounting.cash_book_entry is
'Entries of each cash book by day; a reversal is a separate row with a negative amount. `place` orders the rows '
'of a kind.';

create table accounting.cash_carried (
    cash_opening_id bigint not null references accounting.cash_opening (cash_opening_id),
    organization_inn text not null references control.organization (inn),
    kpp text not null,
    day date not null,
    amount numeric(15, 2) not null,
    primary key (cash_opening_id, day)
);
comment on table accounting.cash_carried is
'The cash of each cash book at the beginning of the day after a closed period, from which later balances are '
'counted. It is computed from the rows of closed days, and deleted when these are opened.';

create function accounting.carry_cash() returns trigger
language plpgsql
as $$
begin
    delete from accounting.cash_carried
    where
        organization_inn = coalesce(new.organization_inn, old.organization_inn)
        and (tg_op = 'DELETE' or day > new.through + 1);
    if tg_op = 'DELETE' then
        return null;
    end if;
    insert into accounting.cash_carried (cash_opening_id, organization_inn, kpp, day, amount)
    select
        opening.cash_opening_id,
        opening.organization_inn,
        opening.kpp,
        new.through + 1,
        coalesce(former.amount, opening.amount) + coalesce(
            (
                select sum(case entry.kind when 'pko' then entry.amount else -entry.amount end)
                from accounting.cash_book_entry as entry
                where
                    entry.organization_inn = opening.organization_inn
                    and entry.kpp = opening.kpp
                    and entry.day >= coalesce(former.day, opening.day)
                    and entry.day <= new.through
            ),
            0
        )
    from accounting.cash_opening as opening
    left join lateral (
        select
            cash_carried.day,
            cash_carried.amount
        from accounting.cash_carried
        where cash_carried.cash_opening_id = opening.cash_opening_id
        order by cash_carried.day desc
        limit 1
    ) as former on true
    where
        opening.organization_inn = new.organization_inn
        and opening.reversed_on is null
        and opening.day <= new.through
    on conflict do nothing;
    return null;
end
$$;

create trigger cash_is_carried after insert or update or delete on control.closed_period
for each row execute function accounting.carry_cash();

-- accounting: documents by day, updated by every statement that writes documents: pages sum days, not documents.

create table accounting.documents_of_day (
    organization_inn text not null references control.organization (inn),
    day date not null,
    kpp text not null,
    sales_point text not null,
    kind text not null,
    status text not null,
    source text not null,
    documents bigint not null,
    amount numeric(18, 2) not null,
    without_amount bigint not null,
    primary key (organization_inn, day, kpp, sales_point, kind, status, source)
);
comment on table accounting.documents_of_day is
'Documents by day, cash book, point of sale, kind, status and source: their count, their sum, and how many have no '
'amount.';
create index documents_of_day_new on accounting.documents_of_day (organization_inn, day)
where status = 'new' and documents > 0;

create trigger nothing_is_deleted before delete or truncate on accounting.documents_of_day
for each statement execute function accounting.refuse();

create function accounting.count_new_documents() returns trigger
language plpgsql
as $$
begin
    insert into accounting.documents_of_day as kept (
        organization_inn, day, kpp, sales_point, kind, status, source, documents, amount, without_amount
    )
    select
        organization_inn,
        date,
        kpp,
        sales_point,
        kind,
        status,
        source,
        count(*),
        coalesce(sum(amount), 0),
        count(*) filter (where amount is null)
    from new_rows
    group by organization_inn, date, kpp, sales_point, kind, status, source
    order by organization_inn, date, kpp, sales_point, kind, status, source
    on conflict (organization_inn, day, kpp, sales_point, kind, status, source) do update
        set
            documents = kept.documents + excluded.documents,
            amount = kept.amount + excluded.amount,
            without_amount = kept.without_amount + excluded.without_amount;
    return null;
end
$$;

create function accounting.count_changed_documents() returns trigger
language plpgsql
as $$
begin
    insert into accounting.documents_of_day as kept (
        organization_inn, day, kpp, sales_point, kind, status, source, documents, amount, without_amount
    )
    select
        organization_inn,
        day,
        kpp,
        sales_point,
        kind,
        status,
        source,
        sum(documents),
        sum(amount),
        sum(without_amount)
    from (
        select
            organization_inn,
            date as day,
            kpp,
            sales_point,
            kind,
            status,
            source,
            1 as documents,
            coalesce(amount, 0) as amount,
            (amount is null)::integer as without_amount
        from new_rows
        union all
        select organization_inn, date, kpp, sales_point, kind, status, source, -1, -coalesce(amount, 0), -(amount is null)::integer
        from old_rows
    ) as change
    group by organization_inn, day, kpp, sales_point, kind, status, source
    having sum(documents) <> 0 or sum(amount) <> 0 or sum(without_amount) <> 0
    order by organization_inn, day, kpp, sales_point, kind, status, source
    on conflict (organization_inn, day, kpp, sales_point, kind, status, source) do update
        set
            documents = kept.documents + excluded.documents,
            amount = kept.amount + excluded.amount,
            without_amount = kept.without_amount + excluded.without_amount;
    return null;
end
$$;

create trigger new_documents_are_counted after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.count_new_documents();
create trigger changed_documents_are_counted after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.count_changed_documents();

-- accounting: Market's other documents: cashless revenue, goods sold, incoming waybills. One table has their heads and
-- one their lines; there is a view for each kind.

create table accounting.market_document (
    document_id uuid primary key,
    kind text not null check (kind in ('cashless_report', 'sales_report', 'waybill')),
    organization_inn text not null references control.organization (inn),
    kpp text not null,
    sales_point text not null default '',
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
comment on column accounting.market_document.amount is 'Net of refunds; empty for a waybill with an unknown price.';
comment on column accounting.market_document.sources is
'For a waybill: Manual, Egais, Mercury, Diadoc; the same waybill (supplier, number, date) from two of them is one '
'document.';
comment on table accounting.market_document is
'Documents of Kontur.Market: reports of cashless revenue, reports of goods sold, incoming waybills. Never deleted.';
comment on column accounting.market_document.supplier_id is
'Of a waybill: the supplier in Kontur.Market; its name and ИНН are counterparty and counterparty_inn.';
comment on column accounting.market_document.paper_number is 'Of a waybill: number and date on the supplier''s paper.';
comment on column accounting.market_document.waybill_ids is
'Of a waybill: its ids in Kontur.Market, several if two sources report it.';
comment on column accounting.market_document.digest is
'Digest of head and lines: a load that finds the same digest changes nothing.';
create index market_document_of_organization on accounting.market_document (organization_inn, date)
include (kind, status, amount, kpp, sales_point);
create index market_document_of_day on accounting.market_document (date);
create index market_document_of_number on accounting.market_document (number);
create index market_document_not_accepted on accounting.market_document (organization_inn, date) where status = 'new';
create index market_document_of_paper on accounting.market_document (
    organization_inn, shop_id, supplier_id, paper_number, paper_date
) where kind = 'waybill';
create index market_document_of_waybill on accounting.market_document using gin (waybill_ids) where kind = 'waybill';

create trigger new_documents_are_counted after insert on accounting.market_document
referencing new table as new_rows
for each statement execute function accounting.count_new_documents();
create trigger changed_documents_are_counted after update on accounting.market_document
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.count_changed_documents();

create table accounting.market_document_line (
    document_id uuid not null,
    line integer not null,
    payment_type text not null default '',
    product_id text not null default '',
    product_code text not null default '',
    quantity numeric(15, 3),
    price numeric(15, 2),
    income numeric(15, 2),
    refund numeric(15, 2),
    amount numeric(15, 2),
    tax_system text not null default '',
    vat_rate text not null default '',
    vat numeric(15, 2),
    primary key (document_id, line)
);
comment on table accounting.market_document_line is
'Lines of the newest revision of a document of Kontur.Market. Which columns are filled depends on its kind.';
comment on column accounting.market_document_line.payment_type is 'Of a cashless report.';
comment on column accounting.market_document_line.tax_system is
'Of the cheque''s lines: osn, usn_income, usn_income_expense, envd, eshn, eshn_vat, psn; empty if they do not say.';
comment on column accounting.market_document_line.vat_rate is
'Of the cheque''s lines: per cent (20, calculated_20), 0, or no for «без НДС»; empty if they do not say.';
comment on column accounting.market_document_line.vat is 'Null if a line of a cheque does not give it.';

-- As shifts_of_orders: the foreign key of the lines, checked once per statement. Documents are never deleted.
create function accounting.check_documents_of_lines() returns trigger
language plpgsql
set enable_hashjoin to off
set enable_mergejoin to off
set enable_seqscan to off
as $$
declare
    wrong record;
begin
    select written.document_id
    into wrong
    from (select distinct document_id from new_rows) as written
    left join accounting.market_document on written.document_id = market_document.document_id
    where market_document.document_id is null
    limit 1;
    if found then
        raise exception 'a line is of document %, which does not exist', wrong.document_id
            using errcode = 'foreign_key_violation', constraint = 'document_of_the_line';
    end if;
    return null;
end
$$;

create trigger documents_of_lines after insert on accounting.market_document_line
referencing new table as new_rows
for each statement execute function accounting.check_documents_of_lines();
create trigger documents_of_changed_lines after update on accounting.market_document_line
referencing new table as new_rows
for each statement execute function accounting.check_documents_of_lines();

create table accounting.market_document_history (
    document_id uuid not null,
    revision integer not null,
    head jsonb not null,
    lines jsonb not null,
    archived_at timestamptz not null default clock_timestamp(),
    primary key (document_id, revision)
);
comment on table accounting.market_document_history is
'Former contents of documents of Kontur.Market: one row per revision that a later one replaced.';
create trigger history_is_kept before update or delete or truncate on accounting.market_document_history
for each statement execute function accounting.refuse();
create trigger history_is_kept before delete or truncate on accounting.market_document
for each statement execute function accounting.refuse();

create function accounting.guard_market_document() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' and (
        old.document_id, old.kind, old.organization_inn, old.shop_id
    ) is distinct from (
        new.document_id, new.kind, new.organization_inn, new.shop_id
    ) then
        raise exception 'document % keeps its id, kind, organisation and shop', old.document_id
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
            select from control.inventory
            where
                inventory.organization_inn = new.organization_inn
                and inventory.start_date <= new.date
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
'Checks changes of a document, and moves its former contents with the lines to the history.';

create trigger document_guard before insert or update on accounting.market_document
for each row execute function accounting.guard_market_document();

create table accounting.market_document_status (
    document_id uuid not null references accounting.market_document (document_id),
    organization_inn text not null,
    revision integer not null,
    status text not null,
    status_by text,
    status_at timestamptz,
    status_reason text,
    archived_at timestamptz not null default clock_timestamp()
);
comment on table accounting.market_document_status is
'Former statuses of documents of Kontur.Market whose contents stayed, one row for each change.';
create index market_document_status_of_document on accounting.market_document_status (document_id, archived_at);
create trigger history_is_kept before update or delete or truncate on accounting.market_document_status
for each statement execute function accounting.refuse();

create function accounting.check_market_document_status() returns trigger
language plpgsql
as $$
declare
    -- A CASE within IF would end the condition at its first THEN.
    is_allowed boolean := case old.status
        when 'new' then true
        when 'rejected' then new.status = 'accepted' or old.digest <> new.digest
        -- Either a decision about it gives it other contents (document_guard checks this), or a person takes acceptance
        -- back.
        when 'accepted'
            then
                new.status = 'new'
                and trim(coalesce(new.status_reason, '')) <> ''
                and (
                    old.digest <> new.digest
                    or not exists (
                        select from control.decision
                        where decision.document_id = old.document_id and decision.state = 'open'
                    )
                )
    end;
begin
    if not is_allowed then
        raise exception 'document % is % and cannot become %', old.document_id, old.status, new.status
            using errcode = 'check_violation', constraint = 'document_status_moves_on';
    end if;
    -- Where its contents change too, the former status goes to market_document_history with them.
    if old.digest = new.digest then
        insert into accounting.market_document_status (
            document_id, organization_inn, revision, status, status_by, status_at, status_reason
        )
        values (
            old.document_id, old.organization_inn, old.revision, old.status, old.status_by, old.status_at,
            old.status_reason
        );
    end if;
    return null;
end
$$;
comment on function accounting.check_market_document_status is
'Checks a change of a document''s status; the former one goes to market_document_status.';

create trigger document_status after update on accounting.market_document
for each row when (old.status <> new.status)
execute function accounting.check_market_document_status();

-- accounting: the outbox: every change of accounting.document and of closed periods, written in the transaction of the
-- change.
--
-- Events are numbered by transaction, not by row: a transaction has one row of document_change for each organisation,
-- whose position is assigned at the commit under a lock that is held until the commit is visible. So who sees a position
-- sees every lower one, in whatever order transactions began, and a reader that goes on after the last position that it
-- has read misses nothing. Positions are rising and may have gaps.

create sequence accounting.change_position;

create table accounting.document_change (
    change_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    transaction_id xid8 not null default pg_current_xact_id(),
    position bigint unique,
    changed_at timestamptz not null default now()
);
comment on table accounting.document_change is
'Transactions that changed documents or closed periods, a row for each organisation.';
comment on column accounting.document_change.position is
'Assigned at the commit, in the order of commits; empty only within the transaction itself.';
comment on column accounting.document_change.transaction_id is
'Finds the row within its transaction. It means nothing after that, and in a restored warehouse.';
create unique index change_of_this_transaction on accounting.document_change (transaction_id, organization_inn)
where position is null;
create index document_change_of_organization on accounting.document_change (organization_inn, position);

create function accounting.guard_document_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'change % has the position %', old.change_id, old.position
        using errcode = 'integrity_constraint_violation', constraint = 'position_is_assigned_once';
end
$$;

create trigger document_change_guard before update on accounting.document_change
for each row
when (
    old.position is not null or new.position is null
    or (old.change_id, old.organization_inn, old.transaction_id, old.changed_at)
    is distinct from (new.change_id, new.organization_inn, new.transaction_id, new.changed_at)
)
execute function accounting.guard_document_change();
create trigger history_is_kept before delete or truncate on accounting.document_change
for each statement execute function accounting.refuse();

create function accounting.assign_position() returns trigger
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(7364003);
    update accounting.document_change
    set position = nextval('accounting.change_position')
    where change_id = new.change_id;
    return null;
end
$$;
comment on function accounting.assign_position is
'Runs at the commit. PostgreSQL releases the lock only when the commit is visible to other transactions.';

create constraint trigger position_at_the_commit after insert on accounting.document_change
deferrable initially deferred
for each row execute function accounting.assign_position();

create table accounting.document_event (
    change_id bigint not null,
    event_id bigint generated always as identity,
    type text not null check (
        type in (
            'issued', 'revised', 'moved', 'accepted', 'unaccepted', 'rejected', 'reversed', 'restored',
            'period_closed', 'period_opened'
        )
    ),
    organization_inn text not null,
    document_id uuid,
    kind text,
    number text,
    date date,
    kpp text,
    counterparty text,
    amount numeric(15, 2),
    source text,
    status text,
    loaded_at timestamptz,
    batch_id bigint,
    status_by text,
    status_at timestamptz,
    status_reason text,
    revision integer,
    shift_id uuid,
    operation text,
    debit_account text,
    credit_account text,
    vat numeric(15, 2),
    basis text,
    evidence bigint[],
    shop_id text,
    sales_point text,
    closed_through date,
    primary key (change_id, event_id),
    constraint event_is_of_a_document_or_a_period check (
        (document_id is null) = (type in ('period_closed', 'period_opened'))
    )
);
comment on table accounting.document_event is
'The row of accounting.document after each change, in the order of the changes of its transaction. Append-only.';
comment on column accounting.document_event.closed_through is
'Events of periods: the last closed day after the change; empty if none is closed any more.';
create trigger history_is_kept before update or delete or truncate on accounting.document_event
for each statement execute function accounting.refuse();

create function accounting.event_type(
    former_status text, status text, has_moved boolean, has_new_contents boolean
) returns text
language sql immutable parallel safe
return case
    when former_status = 'reversed' and status <> 'reversed' then 'restored'
    when former_status <> status and status in ('accepted', 'rejected', 'reversed') then status
    when former_status = 'accepted' and status = 'new' and not has_new_contents then 'unaccepted'
    when has_moved then 'moved'
    else 'revised'
end;

create function accounting.keep_order_events() returns trigger
language plpgsql
set enable_nestloop to off
as $$
begin
    insert into accounting.document_change (organization_inn)
    select distinct organization_inn from new_rows
    on conflict (transaction_id, organization_inn) where position is null do nothing;

    if tg_op = 'INSERT' then
        insert into accounting.document_event (
            change_id, type, organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source,
            status, loaded_at, batch_id, status_by, status_at, status_reason, revision, shift_id, operation,
            debit_account, credit_account, vat, basis, sales_point
        )
        select
            change.change_id, 'issued', new_rows.organization_inn, document_id, kind, number, date, kpp, counterparty,
            amount, source, status, loaded_at, batch_id, status_by, status_at, status_reason, revision, shift_id,
            operation, debit_account, credit_account, vat, basis, sales_point
        from new_rows
        inner join accounting.document_change as change
            on
                new_rows.organization_inn = change.organization_inn
                and change.transaction_id = pg_current_xact_id()
                and change.position is null;
        return null;
    end if;

    insert into accounting.document_event (
        change_id, type, organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source, status,
        loaded_at, batch_id, status_by, status_at, status_reason, revision, shift_id, operation, debit_account,
        credit_account, vat, basis, sales_point
    )
    select
        change.change_id,
        accounting.event_type(
            old_rows.status, new_rows.status, old_rows.shift_id <> new_rows.shift_id,
            (
                old_rows.amount, old_rows.vat, old_rows.basis, old_rows.counterparty, old_rows.debit_account,
                old_rows.credit_account
            )
            is distinct from (
                new_rows.amount, new_rows.vat, new_rows.basis, new_rows.counterparty, new_rows.debit_account,
                new_rows.credit_account
            )
        ),
        new_rows.organization_inn, new_rows.document_id, new_rows.kind, new_rows.number, new_rows.date, new_rows.kpp,
        new_rows.counterparty, new_rows.amount, new_rows.source, new_rows.status, new_rows.loaded_at,
        new_rows.batch_id, new_rows.status_by, new_rows.status_at, new_rows.status_reason, new_rows.revision,
        new_rows.shift_id, new_rows.operation, new_rows.debit_account, new_rows.credit_account, new_rows.vat,
        new_rows.basis, new_rows.sales_point
    from new_rows
    inner join old_rows on new_rows.document_id = old_rows.document_id
    inner join accounting.document_change as change
        on
            new_rows.organization_inn = change.organization_inn
            and change.transaction_id = pg_current_xact_id()
            and change.position is null;
    return null;
end
$$;

create trigger order_events_of_new after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.keep_order_events();
create trigger order_events_of_changed after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.keep_order_events();

create function accounting.keep_market_document_events() returns trigger
language plpgsql
set enable_nestloop to off
as $$
begin
    insert into accounting.document_change (organization_inn)
    select distinct organization_inn from new_rows
    on conflict (transaction_id, organization_inn) where position is null do nothing;

    if tg_op = 'INSERT' then
        insert into accounting.document_event (
            change_id, type, organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source,
            status, loaded_at, batch_id, status_by, status_at, status_reason, revision, evidence, shop_id,
            sales_point
        )
        select
            change.change_id, 'issued', new_rows.organization_inn, document_id, kind, number, date, kpp, counterparty,
            amount, source, status, loaded_at, batch_id, status_by, status_at, status_reason, revision, evidence,
            shop_id, sales_point
        from new_rows
        inner join accounting.document_change as change
            on
                new_rows.organization_inn = change.organization_inn
                and change.transaction_id = pg_current_xact_id()
                and change.position is null;
        return null;
    end if;

    insert into accounting.document_event (
        change_id, type, organization_inn, document_id, kind, number, date, kpp, counterparty, amount, source, status,
        loaded_at, batch_id, status_by, status_at, status_reason, revision, evidence, shop_id,
        sales_point
    )
    select
        change.change_id,
        accounting.event_type(old_rows.status, new_rows.status, false, old_rows.digest <> new_rows.digest),
        new_rows.organization_inn, new_rows.document_id, new_rows.kind, new_rows.number, new_rows.date, new_rows.kpp,
        new_rows.counterparty, new_rows.amount, new_rows.source, new_rows.status, new_rows.loaded_at,
        new_rows.batch_id, new_rows.status_by, new_rows.status_at, new_rows.status_reason, new_rows.revision,
        new_rows.evidence, new_rows.shop_id, new_rows.sales_point
    from new_rows
    inner join old_rows on new_rows.document_id = old_rows.document_id
    inner join accounting.document_change as change
        on
            new_rows.organization_inn = change.organization_inn
            and change.transaction_id = pg_current_xact_id()
            and change.position is null;
    return null;
end
$$;

create trigger market_document_events_of_new after insert on accounting.market_document
referencing new table as new_rows
for each statement execute function accounting.keep_market_document_events();
create trigger market_document_events_of_changed after update on accounting.market_document
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.keep_market_document_events();

create function accounting.keep_period_event() returns trigger
language plpgsql
as $$
declare
    inn constant text := coalesce(new.organization_inn, old.organization_inn);
begin
    if tg_op = 'UPDATE' and new.through = old.through then
        return null;
    end if;
    insert into accounting.document_change (organization_inn) values (inn)
    on conflict (transaction_id, organization_inn) where position is null do nothing;
    insert into accounting.document_event (change_id, type, organization_inn, closed_through)
    select
        change_id,
        case when tg_op = 'INSERT' or new.through > old.through then 'period_closed' else 'period_opened' end,
        inn,
        new.through
    from accounting.document_change
    where transaction_id = pg_current_xact_id() and organization_inn = inn and position is null;
    return null;
end
$$;

create trigger period_event after insert or update or delete on control.closed_period
for each row execute function accounting.keep_period_event();

-- accounting: views for people.

create view control.decision_listed with (security_invoker = true) as
select
    decision.decision_id,
    decision.organization_inn,
    organization.name as organization_name,
    organization.timezone,
    decision.state,
    decision.kind,
    case
        when decision.document_id is not null then 'document'
        when decision.kind <> 'conflict' then 'review'
        when decision.competing_shift_id is not null then 'two_sources'
        else 'booked'
    end as about,
    decision.shift_id,
    decision.document_id,
    coalesce(shift.source, 'market') as source,
    coalesce(document.date, (decision.held ->> 'order_date')::date, shift.closed_at::date) as day,
    coalesce(shift.kkt_reg_id, shift.cashbox_id, document.shop_id) as till_id,
    coalesce(
        nullif(register.name, ''), nullif(register.address, ''), nullif(shop.name, ''), nullif(shop.address, ''), ''
    ) as till,
    coalesce(
        nullif(competing_register.name, ''), nullif(competing_register.address, ''), nullif(competing_shop.name, ''),
        nullif(competing_shop.address, ''), ''
    ) as competing_till,
    case
        when decision.document_id is not null
            then (decision.held ->> 'amount')::numeric - (decision.kept ->> 'amount')::numeric
        when decision.kept = '{}' then control.cash_of(decision.held)
        else control.cash_of(decision.held) - control.cash_of(decision.kept)
    end as difference,
    decision.recommendation ->> 'word' as word,
    decision.decided_at as since,
    decision.digest
from control.decision
inner join control.organization on decision.organization_inn = organization.inn
left join accounting.shift on decision.shift_id = shift.shift_id
left join accounting.shift as competing on decision.competing_shift_id = competing.shift_id
left join accounting.market_document as document on decision.document_id = document.document_id
left join control.register
    on decision.organization_inn = register.organization_inn and shift.kkt_reg_id = register.kkt_reg_id
left join control.shop
    on
        decision.organization_inn = shop.organization_inn
        and coalesce(shift.shop_id, document.shop_id) = shop.shop_id
left join control.register as competing_register
    on
        decision.organization_inn = competing_register.organization_inn
        and competing.kkt_reg_id = competing_register.kkt_reg_id
left join control.shop as competing_shop
    on decision.organization_inn = competing_shop.organization_inn and competing.shop_id = competing_shop.shop_id;
comment on view control.decision_listed is
'Decisions for a list: their subject, the till by its name, the day, and the difference.';
comment on column control.decision_listed.difference is
'Roubles: net cash of the proposed side less the current side (for documents: their amounts). Null: unknown.';
comment on column control.decision_listed.word is 'The recommended answer; null if there is none.';

create function control.waiting_decisions(
    inn text, about text, word text, first_day date, last_day date, least_sum numeric, greatest_sum numeric
) returns setof control.decision_listed
language sql stable parallel safe
as $$
    select listed.*
    from control.decision_listed as listed
    where
        listed.state = 'open'
        and (waiting_decisions.inn is null or listed.organization_inn = waiting_decisions.inn)
        and (waiting_decisions.about is null or listed.about = waiting_decisions.about)
        and (
            waiting_decisions.word is null
            or coalesce(listed.word, 'none') = waiting_decisions.word
        )
        and (waiting_decisions.first_day is null or listed.day >= waiting_decisions.first_day)
        and (waiting_decisions.last_day is null or listed.day <= waiting_decisions.last_day)
        and (waiting_decisions.least_sum is null or abs(listed.difference) >= waiting_decisions.least_sum)
        and (waiting_decisions.greatest_sum is null or abs(listed.difference) <= waiting_decisions.greatest_sum)
$$;
comment on function control.waiting_decisions is
'Open decisions of a filter; null is any, the word `none` finds those without a recommendation. One filter for lists, '
'sums and answers to many.';

create view accounting.document with (security_invoker = true) as
select
    document_id,
    kind,
    number_text as number,
    date,
    organization_inn,
    kpp,
    counterparty,
    amount,
    source,
    status,
    loaded_at,
    batch_id,
    status_by,
    status_at,
    status_reason,
    revision,
    shift_id,
    operation,
    debit_account,
    credit_account,
    vat,
    basis,
    null::bigint[] as evidence,
    null::text as shop_id,
    sales_point
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
    batch_id,
    status_by,
    status_at,
    status_reason,
    revision,
    null,
    null,
    null,
    null,
    null,
    null,
    evidence,
    shop_id,
    sales_point
from accounting.market_document;
comment on view accounting.document is
'Учет → Документы: every loaded document, one row each. Columns after the revision are empty if documents of the kind '
'lack them; the pages of a cash order are those of its shift.';
comment on column accounting.document.source is '`ofd` or `market`.';
comment on column accounting.document.evidence is 'Pages of raw.page that it was made from.';
comment on column accounting.document.operation is
'Of a cash order: `cash_income`, `cash_refund`, `cash_payout` or `cash_payout_refund`.';
comment on column accounting.document.shop_id is 'Of a document of Kontur.Market.';
comment on column accounting.document.vat is 'Of a cash order; empty: not exactly known.';

create function accounting.documents(
    inn text, first_day date, last_day date, kind text, status text, source text, kpp text, number text,
    sales_point text default null
) returns setof accounting.document
language sql stable parallel safe
as $$
    select document.*
    from accounting.document
    where
        (documents.inn is null or document.organization_inn = documents.inn)
        and document.date >= coalesce(documents.first_day, '-infinity'::date)
        and document.date <= coalesce(documents.last_day, 'infinity'::date)
        and (documents.kind is null or document.kind = documents.kind)
        and (documents.status is null or document.status = documents.status)
        and (documents.source is null or document.source = documents.source)
        and (documents.kpp is null or document.kpp = documents.kpp)
        and (documents.number is null or document.number = documents.number)
        and (documents.sales_point is null or document.sales_point = documents.sales_point)
$$;
comment on function accounting.documents is
'The documents of a filter; null is any, and without an ИНН they are of all organisations in sight. The planner '
'inlines it into the calling statement, so that a page reads no more than it shows.';

create view accounting.cashless_report with (security_invoker = true) as
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

create view accounting.cashless_report_line with (security_invoker = true) as
select
    line.document_id,
    line.payment_type,
    line.income,
    line.refund,
    line.amount
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'cashless_report';
comment on view accounting.cashless_report_line is 'Lines of cashless reports: one row per type of payment.';

create view accounting.sales_report with (security_invoker = true) as
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

create view accounting.sales_report_line with (security_invoker = true) as
select
    line.document_id,
    line.product_id,
    line.product_code,
    line.quantity,
    line.amount,
    product.name as product_name,
    line.tax_system,
    line.vat_rate,
    line.vat
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'sales_report'
left join control.shop_product as product
    on
        document.organization_inn = product.organization_inn
        and document.shop_id = product.shop_id
        and line.product_id = product.product_id;
comment on view accounting.sales_report_line is 'Lines of reports of goods sold: one row per product.';

create view accounting.waybill with (security_invoker = true) as
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

create view accounting.waybill_line with (security_invoker = true) as
select
    line.document_id,
    line.line,
    line.product_id,
    line.quantity,
    line.price,
    line.amount,
    product.name as product_name,
    product.tax_system,
    product.vat_rate
from accounting.market_document_line as line
inner join accounting.market_document as document
    on line.document_id = document.document_id and document.kind = 'waybill'
left join control.shop_product as product
    on
        document.organization_inn = product.organization_inn
        and document.shop_id = product.shop_id
        and line.product_id = product.product_id;
comment on view accounting.waybill_line is 'Lines of incoming waybills, in the order of the waybill.';

-- stage: rows that a batch is about to publish.

create unlogged table stage.shift (
    batch_id bigint not null,
    shard integer not null,
    kkt_reg_id text not null,
    fiscal_drive_number text not null,
    shift_number integer not null,
    fiscal_document_number bigint,
    fiscal_sign bigint,
    user_inn text,
    opened_at timestamp,
    closed_at timestamp not null,
    received_at timestamp,
    receipts integer,
    documents_quantity integer,
    drive_replace boolean,
    drive_exhausted boolean,
    drive_memory_full boolean,
    ofd_timeout boolean,
    not_sent integer,
    not_sent_since timestamp,
    cash_income bigint,
    cash_refund bigint,
    cash_payout bigint,
    cash_payout_refund bigint,
    cashless_income bigint,
    cashless_refund bigint,
    has_corrections boolean not null default false,
    detail text,
    order_day date,
    outcome text not null,
    reason text,
    evidence bigint[] not null,
    shift_id uuid not null generated always as (accounting.shift_id(fiscal_drive_number, shift_number)) stored
);
comment on table stage.shift is 'Sums in kopecks, received_at in UTC.';
comment on column stage.shift.user_inn is 'The ИНН in the z-report; null if it has none.';
create index stage_shift_of_batch on stage.shift (batch_id, shard);

create unlogged table stage.cash_order (
    batch_id bigint not null,
    shard integer not null,
    fiscal_drive_number text,
    shift_number integer,
    cashbox_id text,
    till_shift text,
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
    basis text not null,
    shift_id uuid not null generated always as (
        case
            when cashbox_id is null then accounting.shift_id(fiscal_drive_number, shift_number)
            else accounting.till_shift_id(cashbox_id, till_shift)
        end
    ) stored
);
comment on table stage.cash_order is
'Orders that staged shifts propose, of the OFD (ФН and number) or of Kontur.Market (cashbox and till shift). Kopecks.';
create index stage_cash_order_of_batch on stage.cash_order (batch_id, shard);

create unlogged table stage.reject (
    batch_id bigint not null,
    shard integer not null,
    page_id bigint,
    unit_id text,
    kind text not null,
    step text not null,
    reason text not null,
    record text not null,
    day date,
    fiscal_drive_number text,
    shift_number bigint,
    fiscal_document_number bigint
);
comment on table stage.reject is 'Records that a batch rejected; publish moves them to control.quarantine.';
create index stage_reject_of_batch on stage.reject (batch_id, shard);

create unlogged table stage.till_shift (
    batch_id bigint not null,
    shard integer not null,
    shop_id text not null,
    cashbox_id text not null,
    till_shift text not null,
    opened_at timestamp not null,
    closed_at timestamp not null,
    receipts integer not null,
    cash_income bigint,
    cash_refund bigint,
    cashless_income bigint,
    cashless_refund bigint,
    price_correction bigint,
    order_day date not null,
    outcome text not null,
    reason text,
    evidence bigint[] not null,
    shift_id uuid not null generated always as (accounting.till_shift_id(cashbox_id, till_shift)) stored
);
comment on table stage.till_shift is 'Sums in kopecks; null if the shift is incomplete.';
create index stage_till_shift_of_batch on stage.till_shift (batch_id, shard);

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
    tax_system text not null,
    vat_rate text not null,
    vat bigint,
    document_id uuid not null generated always as (md5('market:' || kind || ':' || key)::uuid) stored
);
comment on table stage.market_document_line is 'Money in kopecks, quantities in thousandths.';
create index stage_market_document_line_of_batch on stage.market_document_line (batch_id, shard);

create function stage.refresh_statistics() returns void
language plpgsql security definer
set search_path = ''
as $$
begin
    analyze
        stage.shift (batch_id, shift_id), stage.cash_order (batch_id, shift_id), stage.reject (batch_id),
        stage.till_shift (batch_id, shift_id), stage.market_document (batch_id, shard, kind, key),
        stage.market_document_line (batch_id, shard, kind, key);
end
$$;
comment on function stage.refresh_statistics is
'Analyzes staged rows with the rights of the owner: before PostgreSQL 17 that right cannot be granted.';

-- Readable days, and which of them are proved loaded.

create view control.readable_days with (security_invoker = true) as
select
    register.organization_inn,
    operator.product,
    'ofd' as source,
    register.kkt_reg_id as unit_id,
    control.days_between(
        greatest(operator.start_date, register.permission_from, register.first_document_at::date),
        register.permission_to
    ) as days
from control.register
inner join control.operator on register.organization_inn = operator.organization_inn
where
    operator.state = 'on'
    and (operator.registers = '{}' or register.kkt_reg_id = any(operator.registers))
union all
select
    shop.organization_inn,
    inventory.product,
    'market',
    shop.shop_id,
    daterange(inventory.start_date, null)
from control.shop
inner join control.inventory on shop.organization_inn = inventory.organization_inn
where inventory.state = 'on';
comment on view control.readable_days is
'Days from the start date in force on which a register may be read: named by the mandate, inside its permission, not '
'before its first document. For Kontur.Market: days on which a shop may be read.';

create function control.uncovered(inn text, product text, span daterange)
returns table (unit_id text, days datemultirange)
language sql stable parallel safe
as $$
    select
        readable_days.unit_id,
        datemultirange(readable_days.days * uncovered.span) - coalesce(covered.days, '{}'::datemultirange)
    from control.readable_days
    left join control.covered
        on
            readable_days.organization_inn = covered.organization_inn
            and readable_days.product = covered.product
            and readable_days.unit_id = covered.unit_id
    where readable_days.organization_inn = uncovered.inn and readable_days.product = uncovered.product
$$;
comment on function control.uncovered is
'Days of a span on which a register or shop is readable and not covered, even if it was listed after its '
'organisation''s day was covered. The planner inlines it into the calling statement.';

create view control.day_remark with (security_invoker = true) as
-- Waiting shifts, including the other side of an open decision, and documents of Market with an open decision; each
-- once.
select
    shift.organization_inn,
    shift.source,
    coalesce(case when shift.source = 'ofd' then shift.kkt_reg_id end, shift.shop_id) as unit_id,
    shift.closed_at as moment,
    true as is_waiting,
    shift.outcome <> 'incomplete'
    or exists (
        select from control.decision
        where decision.state = 'open' and decision.shift_id = shift.shift_id
    )
    or exists (
        select from control.decision
        where decision.state = 'open' and decision.competing_shift_id = shift.shift_id
    ) as is_asked,
    false as is_late
from accounting.shift
where shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
union all
select
    shift.organization_inn,
    shift.source,
    coalesce(case when shift.source = 'ofd' then shift.kkt_reg_id end, shift.shop_id),
    shift.closed_at,
    true,
    true,
    false
from (
    select distinct
        decision.organization_inn,
        side.shift_id
    from control.decision
    cross join lateral (values (decision.shift_id), (decision.competing_shift_id)) as side (shift_id)
    where decision.state = 'open'
) as asked
inner join accounting.shift
    on asked.shift_id = shift.shift_id and asked.organization_inn = shift.organization_inn
where shift.outcome not in ('incomplete', 'conflict', 'needs_review', 'closed_period')
union all
select
    document.organization_inn,
    'market',
    document.shop_id,
    document.date::timestamp,
    true,
    true,
    false
from control.decision
inner join accounting.market_document as document
    on decision.document_id = document.document_id and decision.organization_inn = document.organization_inn
where decision.state = 'open'
union all
select
    shift.organization_inn,
    shift.source,
    coalesce(case when shift.source = 'ofd' then shift.kkt_reg_id end, shift.shop_id),
    shift.closed_at,
    false,
    false,
    true
from accounting.shift
where shift.late_by is not null;
comment on view control.day_remark is
'Remarks on a day beside its verdict, by the moment of closing: a shift or document waits (is_asked: for a '
'person), or came late.';

create view control.quarantine_days with (security_invoker = true) as
select
    quarantine.quarantine_id,
    case
        when asked.days @> quarantine.day
            then
                datemultirange(
                    daterange(quarantine.day, greatest(quarantine.day, shift.closed_at::date), '[]')
                )
        -- Records that are no longer readable do not wait.
        else asked.days * coalesce(datemultirange(readable_days.days), asked.days)
    end as days
from control.quarantine
inner join control.product on quarantine.product = product.product
left join accounting.shift
    on
        product.source = 'ofd'
        and quarantine.organization_inn = shift.organization_inn
        and quarantine.unit_id = shift.kkt_reg_id
        and quarantine.fiscal_drive_number = shift.fiscal_drive_number
        and quarantine.shift_number = shift.shift_number
left join control.readable_days
    on
        quarantine.organization_inn = readable_days.organization_inn
        and quarantine.product = readable_days.product
        and quarantine.unit_id = readable_days.unit_id
cross join lateral (
    select range_agg(daterange(assignment.first_day, assignment.last_day, '[]')) as days
    from control.assignment
    where assignment.batch_id = quarantine.batch_id and assignment.unit_id = quarantine.unit_id
) as asked;
comment on view control.quarantine_days is
'The days that must be read again before a record can be released: its own through the closing of its shift; if its '
'day is unknown, or was not requested, all days that its batch requested of the unit.';

-- The health of registers, from the newest z-report of each, the lists and the shifts.

create function control.register_signs(moment timestamptz, inn text)
returns table (
    organization_inn text, kkt_reg_id text, name text, sign text, episode text, since timestamp, amount integer
)
language sql stable parallel safe
as $$
    with asked as (
        select
            register.organization_inn,
            register.kkt_reg_id,
            coalesce(nullif(register.name, ''), nullif(register.address, ''), register.kkt_reg_id) as name,
            register.has_future_clock,
            register.newest_document_at,
            register.seen_at at time zone organization.timezone as seen,
            register_signs.moment at time zone organization.timezone as local_now,
            register.permission_to is null
            or register.permission_to >= (register_signs.moment at time zone organization.timezone)::date as is_permitted
        from control.register
        inner join control.operator on register.organization_inn = operator.organization_inn
        inner join control.organization on register.organization_inn = organization.inn
        where
            operator.state = 'on'
            and (operator.registers = '{}' or register.kkt_reg_id = any(operator.registers))
            and (register_signs.inn is null or register.organization_inn = register_signs.inn)
    ),

    -- Most registers have a z-report in the last day, which is read together. Others are looked up one by one.
    recent as (
        select distinct on (shift.organization_inn, shift.kkt_reg_id)
            shift.organization_inn,
            shift.kkt_reg_id,
            shift.fiscal_drive_number,
            shift.closed_at,
            shift.drive_replace,
            shift.drive_exhausted,
            shift.drive_memory_full,
            shift.ofd_timeout,
            shift.not_sent,
            shift.not_sent_since
        from control.organization
        inner join accounting.shift
            on
                organization.inn = shift.organization_inn
                -- Constants, so that the planner knows how few shifts these are; local times are within 14 hours of
                -- UTC.
                and shift.closed_at >= register_signs.moment at time zone 'UTC' - interval '26 hours'
                and shift.closed_at < register_signs.moment at time zone 'UTC' + interval '2 days'
        where
            shift.closed_at < register_signs.moment at time zone organization.timezone + interval '1 day'
            and shift.source = 'ofd'
            and shift.fiscal_document_number is not null
            and (register_signs.inn is null or organization.inn = register_signs.inn)
        order by shift.organization_inn, shift.kkt_reg_id, shift.closed_at desc
    ),

    newest as (
        select
            asked.*,
            report.fiscal_drive_number,
            report.closed_at,
            report.drive_replace,
            report.drive_exhausted,
            report.drive_memory_full,
            report.ofd_timeout,
            report.not_sent,
            report.not_sent_since,
            greatest(asked.newest_document_at, report.closed_at) as newest_at
        from asked
        left join recent
            on asked.organization_inn = recent.organization_inn and asked.kkt_reg_id = recent.kkt_reg_id
        left join lateral (
            select shift.*
            from accounting.shift
            where
                recent.kkt_reg_id is null
                and shift.organization_inn = asked.organization_inn
                and shift.kkt_reg_id = asked.kkt_reg_id
                and shift.source = 'ofd'
                and shift.fiscal_document_number is not null
                and shift.closed_at < asked.local_now + interval '1 day'
            order by shift.closed_at desc
            limit 1
        ) as earlier on true
        cross join
            lateral (
                select
                    coalesce(recent.fiscal_drive_number, earlier.fiscal_drive_number) as fiscal_drive_number,
                    coalesce(recent.closed_at, earlier.closed_at) as closed_at,
                    case when recent.kkt_reg_id is null then earlier.drive_replace else recent.drive_replace end
                        as drive_replace,
                    case when recent.kkt_reg_id is null then earlier.drive_exhausted else recent.drive_exhausted end
                        as drive_exhausted,
                    case when recent.kkt_reg_id is null then earlier.drive_memory_full else recent.drive_memory_full end
                        as drive_memory_full,
                    case when recent.kkt_reg_id is null then earlier.ofd_timeout else recent.ofd_timeout end
                        as ofd_timeout,
                    case when recent.kkt_reg_id is null then earlier.not_sent else recent.not_sent end as not_sent,
                    case when recent.kkt_reg_id is null then earlier.not_sent_since else recent.not_sent_since end
                        as not_sent_since
            ) as report
        where asked.is_permitted
    ),

    reported_open as (
        select
            reported.organization_inn,
            reported.kkt_reg_id,
            reported.shift_number,
            reported.opened_at
        from control.source_shift as reported
        where
            reported.closed_at is null
            and reported.opened_at is not null
            and (register_signs.inn is null or reported.organization_inn = register_signs.inn)
    ),

    -- A load gives only the day: the shift was opened by the end of it. A gap of several shifts has a line for each.
    gap_open as (
        select
            gap.organization_inn,
            gap.unit_id as kkt_reg_id,
            number.shift_number,
            min(lower(gap.days)) + 1 as opened_at
        from control.gap
        cross join lateral regexp_split_to_table(gap.details, chr(10)) as line (reason)
        cross join
            lateral (
                select substring(control.reason_args(line.reason) ->> 'shift', '^[0-9]{1,9}$')::integer as shift_number
            ) as number
        where
            gap.reason = 'open_shift'
            and (register_signs.inn is null or gap.organization_inn = register_signs.inn)
            and not exists (
                select from reported_open
                where
                    reported_open.organization_inn = gap.organization_inn
                    and reported_open.kkt_reg_id = gap.unit_id
                    and reported_open.opened_at < lower(gap.days) + 1
                    and (
                        reported_open.shift_number = number.shift_number
                        or (number.shift_number is null and reported_open.opened_at >= lower(gap.days))
                    )
            )
        group by
            gap.organization_inn, gap.unit_id, number.shift_number,
            case when number.shift_number is null then gap.days end
    ),

    opened as (
        select
            one.organization_inn,
            one.kkt_reg_id,
            one.shift_number,
            one.opened_at
        from (
            select organization_inn, kkt_reg_id, shift_number, opened_at, opened_at as closed_after
            from reported_open
            union all
            select organization_inn, kkt_reg_id, shift_number, opened_at, opened_at - 1 from gap_open
        ) as one
        where
            not exists (
                select from accounting.shift
                where
                    shift.organization_inn = one.organization_inn
                    and shift.kkt_reg_id = one.kkt_reg_id
                    and shift.shift_number = one.shift_number
                    and shift.closed_at >= one.closed_after
                    and shift.closed_at < one.opened_at + interval '40 days'
            )
    ),

    -- A register is silent if it traded on this day of the week in three of the four weeks before, and three hours after
    -- its usual opening it had formed no document on the day, by the newest list of registers. Today or yesterday.
    quiet as (
        select
            newest.organization_inn,
            newest.kkt_reg_id,
            newest.name,
            newest.newest_at,
            newest.seen,
            candidate.day
        from newest
        cross join lateral (values (newest.seen::date), (newest.seen::date - 1)) as candidate (day)
        where
            newest.newest_at < candidate.day
            and newest.seen > candidate.day + interval '3 hours'
            and not newest.has_future_clock
    ),

    -- In the morning no register has traded yet: the last two of the four weeks are read together, and leave few that
    -- traded in one of them (else they cannot have traded in three) and did not open later than three hours ago.
    usually_open as (
        select
            asked_day.organization_inn,
            asked_day.day,
            shift.kkt_reg_id
        from (
            select
                organization_inn,
                day,
                max(seen) as seen
            from quiet
            group by organization_inn, day
        ) as asked_day
        cross join generate_series(1, 2) as week
        cross join lateral (
            select
                shift.kkt_reg_id,
                coalesce(shift.opened_at, shift.closed_at)::time as opened
            from accounting.shift
            where
                shift.organization_inn = asked_day.organization_inn
                and shift.closed_at >= (asked_day.day - 7 * week)::timestamp
                and shift.closed_at < asked_day.day - 7 * week + interval '30 hours'
                and coalesce(shift.opened_at, shift.closed_at)::date = asked_day.day - 7 * week
                and shift.receipts > 0
            offset 0
        ) as shift
        group by asked_day.organization_inn, asked_day.day, asked_day.seen, shift.kkt_reg_id
        having asked_day.seen > asked_day.day + max(shift.opened) + interval '3 hours'
    ),

    signs as (
        select
            organization_inn,
            kkt_reg_id,
            name,
            'drive_replace' as sign,
            fiscal_drive_number as episode,
            closed_at as since,
            null::integer as amount
        from newest
        where drive_replace
        union all
        select organization_inn, kkt_reg_id, name, 'drive_exhausted', fiscal_drive_number, closed_at, null
        from newest
        where drive_exhausted and not coalesce(drive_replace, false)
        union all
        select organization_inn, kkt_reg_id, name, 'drive_memory_full', fiscal_drive_number, closed_at, null
        from newest
        where drive_memory_full
        union all
        select
            organization_inn,
            kkt_reg_id,
            name,
            'not_sent',
            fiscal_drive_number || coalesce(' ' || not_sent_since::text, ''),
            coalesce(not_sent_since, closed_at),
            not_sent
        from newest
        where ofd_timeout or (not_sent > 0 and coalesce(not_sent_since < closed_at - interval '24 hours', true))
        union all
        select
            asked.organization_inn,
            asked.kkt_reg_id,
            asked.name,
            'open_shift',
            concat_ws(' ', opened.shift_number, opened.opened_at),
            opened.opened_at,
            null
        from asked
        -- Even if the permission has ended since, because its cash is not in the books.
        inner join opened
            on asked.organization_inn = opened.organization_inn and asked.kkt_reg_id = opened.kkt_reg_id
        where opened.opened_at < asked.local_now - interval '24 hours'
        union all
        select
            quiet.organization_inn,
            quiet.kkt_reg_id,
            quiet.name,
            'silent',
            quiet.newest_at::text,
            quiet.newest_at,
            null
        from quiet
        cross join lateral (
            select
                count(distinct week) as weeks,
                max(coalesce(shift.opened_at, shift.closed_at)::time) as opened
            from generate_series(1, 4) as week
            cross join lateral (
                select
                    shift.opened_at,
                    shift.closed_at
                from accounting.shift
                where
                    shift.organization_inn = quiet.organization_inn
                    and shift.kkt_reg_id = quiet.kkt_reg_id
                    -- Under row-level security a timestamp is looked up in an index by a timestamp only, not by a date.
                    and shift.closed_at >= (quiet.day - 7 * week)::timestamp
                    and shift.closed_at < quiet.day - 7 * week + interval '30 hours'
                    and coalesce(shift.opened_at, shift.closed_at)::date = quiet.day - 7 * week
                    and shift.receipts > 0
                -- Each week separately: otherwise all shifts of the register are read.
                offset 0
            ) as shift
        ) as usual
        where
            -- Not a join: the planner takes both for a few rows, and would compare each with each.
            ((quiet.organization_inn, quiet.day, quiet.kkt_reg_id) in (table usually_open)) is true
            and usual.weeks >= 3
            and quiet.seen > quiet.day + usual.opened + interval '3 hours'
        group by quiet.organization_inn, quiet.kkt_reg_id, quiet.name, quiet.newest_at
        union all
        select organization_inn, kkt_reg_id, name, 'unknown', '', closed_at, null
        from newest
        where num_nonnulls(drive_replace, drive_exhausted, drive_memory_full, ofd_timeout, not_sent) = 0
    )

    select organization_inn, kkt_reg_id, name, sign, episode, since, amount
    from signs
$$;
comment on function control.register_signs is
'Faults of registers that may be read at a moment: `drive_replace`, `drive_exhausted`, `drive_memory_full`, '
'`not_sent`, `open_shift` (for more than 24 hours, each shift), `silent` (in trading hours), and `unknown`, if '
'the newest z-report does not report signs or there is none. `episode` stays the same until the sign is cured; '
'times are the register''s.';

-- mart: views for other programs. docs/reference/mart.yml is their contract, and a test compares it with them; the columns of
-- other schemas may change between releases, these only with a new version of the contract.

create schema mart;
comment on schema mart is 'Views with a data contract (docs/reference/mart.yml), for programs that read the warehouse by SQL.';

create view mart.document with (security_invoker = true) as
select
    document_id,
    organization_inn,
    kpp,
    kind,
    number,
    date,
    counterparty,
    amount,
    vat::numeric(15, 2) as vat,
    operation,
    debit_account,
    credit_account,
    basis,
    source,
    shift_id,
    shop_id,
    sales_point,
    status,
    status_by,
    status_at,
    status_reason,
    revision,
    batch_id,
    loaded_at
from accounting.document;
comment on view mart.document is 'Documents as they are now, one row each, including rejected and reversed ones.';

create view mart.shift with (security_invoker = true) as
select
    shift_id,
    organization_inn,
    kpp,
    source,
    kkt_reg_id,
    fiscal_drive_number,
    shift_number,
    fiscal_document_number,
    shop_id,
    sales_point,
    cashbox_id,
    till_shift,
    same_as,
    opened_at,
    closed_at,
    received_at,
    order_date,
    receipts,
    cash_income,
    cash_refund,
    cash_payout,
    cash_payout_refund,
    cashless_income,
    cashless_refund,
    outcome,
    reason_code,
    reason_args,
    revision,
    batch_id,
    loaded_at
from accounting.shift;
comment on view mart.shift is 'Every closed shift that a source reported, with its outcome.';

create view mart.decision with (security_invoker = true) as
select
    decision_id,
    organization_inn,
    kind,
    state,
    shift_id,
    competing_shift_id,
    document_id,
    reason_code,
    reason_args,
    recommendation ->> 'word' as recommended_answer,
    decided_at as opened_at,
    resolution,
    resolved_by,
    resolved_at,
    resolution_reason,
    taken_back_at,
    batch_id
from control.decision;
comment on view mart.decision is 'Questions to a person, open and answered.';

create view mart.covered_day with (security_invoker = true) as
select
    organization_inn,
    product,
    day,
    batch_id
from control.covered_day;
comment on view mart.covered_day is 'Days on which every register or shop of an organisation is proved loaded.';

create view mart.event with (security_invoker = true) as
select
    change.position,
    event.event_id,
    event.type,
    event.organization_inn,
    change.changed_at,
    event.document_id,
    event.kind,
    event.number,
    event.date,
    event.kpp,
    event.counterparty,
    event.amount,
    event.source,
    event.status,
    event.loaded_at,
    event.batch_id,
    event.status_by,
    event.status_at,
    event.status_reason,
    event.revision,
    event.shift_id,
    event.operation,
    event.debit_account,
    event.credit_account,
    event.vat,
    event.basis,
    event.evidence,
    event.shop_id,
    event.sales_point,
    event.closed_through
from accounting.document_change as change
inner join accounting.document_event as event on change.change_id = event.change_id
where change.position is not null;
comment on view mart.event is
'Every change of documents and of closed periods. Read in the order (position, event_id), after the last pair read.';

-- Rights: row-level security by organisation, and what each of the four roles may do.

-- Besides organisations that a user sees whole, there are those of which a user sees places. A hashed subplan keeps the
-- look-up of a row short, however many places there are. A table that is not named here shows nothing of them.
create function control.rule_of_places(protected regclass) returns text
language plpgsql stable
as $$
declare
    named text[] := (
        select array_agg(attname::text) from pg_attribute
        where attrelid = protected and attnum > 0 and not attisdropped
    );
    of_kpp constant text :=
        '(organization_inn, kpp) in ('
        'select own.organization_inn, own.kpp from control.own_places() as own'
        ' where own.kpp is not null and own.sales_point is null)';
    of_point constant text :=
        '(organization_inn, sales_point) in ('
        'select own.organization_inn, own.sales_point from control.own_places() as own'
        ' where own.sales_point is not null and own.kpp is null)';
    of_both constant text :=
        '(organization_inn, kpp, sales_point) in ('
        'select own.organization_inn, own.kpp, own.sales_point from control.own_places() as own'
        ' where own.kpp is not null and own.sales_point is not null)';
    in_part constant text := 'organization_inn = any((select control.organizations_in_sight())::text[])';
    of_unit constant text :=
        '(organization_inn, %1$s) in ('
        'select own.organization_inn, own.unit_id from control.own_units() as own)';
    on_days constant text :=
        '(((select control.own_unit_days()) ->> (organization_inn || ''/'' || %1$s))::datemultirange && %2$s)';
    on_day constant text := replace(on_days, '%2$s', 'daterange(%2$s, %2$s, ''[]'')');
    of_shift constant text := 'exists (select from accounting.shift where shift.shift_id = %s.%s)';
    name constant text := protected::text;
begin
    return case
        when named @> '{organization_inn, kpp, sales_point}' then concat_ws(' or ', of_kpp, of_point, of_both)
        -- A cash book is of a КПП; a point of sale is only a part of one.
        when
            name in (
                'accounting.cash_opening', 'accounting.cash_movement', 'accounting.cash_limit', 'accounting.cash_carried'
            )
            then of_kpp
        when
            name in (
                'control.former_settings', 'control.account_rule', 'control.setting_change', 'control.closed_period',
                'control.closed_period_history', 'control.covered_day'
            )
            then in_part
        -- An integration that is restricted to registers names them.
        when name in ('control.integration', 'control.integration_history')
            then in_part || ' and registers <@ array(select own.unit_id from control.own_units() as own)'
        when name in ('control.register', 'control.register_episode') then format(of_unit, 'kkt_reg_id')
        when
            name in ('control.shop', 'control.shop_product', 'control.product_list', 'control.confirmed_shop_day')
            then format(of_unit, 'shop_id')
        when name = 'control.register_kpp' then format(on_days, 'kkt_reg_id', 'valid')
        when name = 'control.point_of_sale' then format(on_days, 'unit_id', 'valid')
        when name = 'control.register_link' then format(on_days, 'kkt_reg_id', 'days')
        when name in ('control.coverage', 'control.gap') then format(on_days, 'unit_id', 'days')
        -- A change shows if one of its events does.
        when name = 'accounting.document_change'
            then
                'exists (select from accounting.document_event as event'
                ' where event.change_id = document_change.change_id)'
        when name = 'control.covered' then format(on_days, 'unit_id', 'range_merge(days)')
        when name = 'control.reconciled' then format(on_days, 'kkt_reg_id', 'range_merge(days)')
        -- Without a day it may be of any day.
        when name = 'control.quarantine' then format(on_day, 'unit_id', 'day') || ' and day is not null'
        when name in ('control.completeness', 'control.source_day', 'control.difference')
            then format(on_day, 'kkt_reg_id', 'day')
        when name = 'control.source_shift' then format(on_day, 'kkt_reg_id', 'coalesce(closed_at, opened_at)::date')
        when name = 'control.source_opening' then format(on_day, 'kkt_reg_id', 'opened_at::date')
        when name = 'control.comparison'
            then concat_ws(' and ', format(of_shift, name, 'till_id'), format(of_shift, name, 'fiscal_id'))
        when name = 'control.confirmed_shift' then format(of_shift, name, 'shift_id')
        -- A decision shows both of its sides.
        when name = 'control.decision'
            then
                concat_ws(
                    ' and ',
                    '(shift_id is null or ' || format(of_shift, name, 'shift_id') || ')',
                    '(competing_shift_id is null or ' || format(of_shift, name, 'competing_shift_id') || ')',
                    '(document_id is null or exists ('
                    'select from accounting.market_document as head where head.document_id = decision.document_id))'
                )
        else 'false'
    end;
end
$$;
comment on function control.rule_of_places is
'Which rows of a table belong to the places that a user sees: a part of the policies of `control.protect`.';

create function control.protect(protected regclass) returns void
language plpgsql
as $$
declare
    named text[] := (
        select array_agg(attname::text) from pg_attribute
        where attrelid = protected and attnum > 0 and not attisdropped
    );
    own constant text := '((select control.sees_all()) or %s = any((select control.%s())::text[]))';
    rule text := case
        when protected = 'control.organization'::regclass then format(own, 'inn', 'organizations_in_sight')
        when 'organization_inn' = any(named)
            then
                format(own, 'organization_inn', 'own_organizations')
                || ' or (' || control.rule_of_places(protected) || ')'
        when protected = 'control.assignment'::regclass
            then
                'exists (select from control.batch where batch.batch_id = assignment.batch_id)'
                ' or (control.organization_of_batch(batch_id), unit_id) in ('
                'select own.organization_inn, own.unit_id from control.own_units() as own)'
        when 'batch_id' = any(named)
            then format('exists (select from control.batch where batch.batch_id = %s.batch_id)', protected)
        when protected <> 'accounting.market_document'::regclass and 'document_id' = any(named)
            then
                format(
                    'exists (select from accounting.market_document as head where head.document_id = %s.document_id)',
                    protected
                )
        when 'quarantine_id' = any(named)
            then
                format(
                    'exists (select from control.quarantine as head where head.quarantine_id = %s.quarantine_id)',
                    protected
                )
        -- Rows without an organisation may be read by everyone who may read at all.
        else 'true'
    end;
begin
    execute format('alter table %s enable row level security', protected);
    execute format(
        'create policy own_organizations on %s for select to smena_accountant, smena_auditor using (%s)', protected, rule
    );
    execute format(
        'create policy everything on %s to smena_owner, smena_loader using (true) with check (true)', protected
    );
    execute format('grant select on %s to smena_accountant, smena_auditor', protected);
    execute format('grant all on %s to smena_owner', protected);
    execute format('grant select, insert, update on %s to smena_loader', protected);
end
$$;
comment on function control.protect is
'Row-level security by organisation and the rights of the four roles: called for every new table of accounting '
'and control.';

do $$
declare
    found record;
begin
    for found in
        select pg_class.oid::regclass as name, relkind
        from pg_class
        where
            relnamespace in ('accounting'::regnamespace, 'control'::regnamespace)
            and relkind in ('r', 'v')
            and pg_class.oid not in ('control.page_user'::regclass, 'control.alert_route'::regclass)
    loop
        if found.relkind = 'r' then
            perform control.protect(found.name);
        else
            execute format('grant select on %s to smena_owner, smena_loader, smena_accountant, smena_auditor', found.name);
        end if;
    end loop;
end
$$;
-- Accountants see neither signatures nor grants.
revoke select on control.mandate_signature from smena_accountant;
create policy grants_are_of_administrators on control.setting_change as restrictive
for select to smena_accountant, smena_auditor using (what not in ('grant', 'revoke'));
grant select on control.page_user, control.alert_route to smena_loader;
grant all on control.page_user, control.alert_route to smena_owner;

alter table raw.page enable row level security;
create policy own_organizations on raw.page for select to smena_accountant, smena_auditor
using (
    exists (select from control.batch where batch.batch_id = page.batch_id)
    or (control.organization_of_batch(batch_id), unit_id) in (
        select
            own.organization_inn,
            own.unit_id
        from control.own_units() as own
    )
);
create policy everything on raw.page to smena_owner, smena_loader using (true) with check (true);
alter table raw.archive enable row level security;
create policy everything on raw.archive to smena_owner, smena_loader using (true) with check (true);

grant usage on schema raw, accounting, control to smena_owner, smena_loader, smena_accountant, smena_auditor;
grant usage on schema stage to smena_owner, smena_loader;
grant usage on schema mart to smena_owner, smena_loader, smena_accountant, smena_auditor;
grant select on all tables in schema mart to smena_owner, smena_loader, smena_accountant, smena_auditor;
-- That a response was read, when and with which digest; not the response, because it may name buyers.
grant select (
    page_id, batch_id, fetch_id, unit_id, method, address, status, fetched_at, sha256, body_bytes
) on raw.page to smena_accountant, smena_auditor;
grant all on all tables in schema raw, stage to smena_owner;
grant select, insert on raw.page to smena_loader;
grant select, insert, update on raw.archive to smena_loader;
revoke execute on function raw.make_month(timestamptz), raw.make_months(), raw.make_part(text),
raw.digest_of_month(date), raw.move_bodies(date) from public;
grant execute on function raw.make_month(timestamptz), raw.make_months(), raw.digest_of_month(date),
raw.move_bodies(date) to smena_owner, smena_loader;
grant select, insert, update, delete, truncate on all tables in schema stage to smena_loader;
-- Rows that each plan makes again. Nobody deletes accounting and its history.
grant delete on control.gap, control.coverage, control.covered_day, control.check_result, control.register_kpp,
control.closed_period, accounting.cash_carried,
accounting.market_document_line, control.completeness, control.source_shift, control.source_day,
control.source_opening, control.point_of_sale to smena_loader;
grant usage on all sequences in schema raw, stage, accounting, control to smena_owner, smena_loader;
grant select on schema_version to smena_owner, smena_loader, smena_accountant, smena_auditor;
