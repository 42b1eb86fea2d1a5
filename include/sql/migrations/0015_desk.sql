-- Run by `smena migrate`, revision 0015: who may see what. Roles, row-level security by organisation, and the indexes that
-- the desk's pages stand on.
--
-- Roles belong to the whole server: another database of it may have made them already, and they stay when this one goes.

do $$
declare
    wanted text;
    missing text := '';
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
            -- Two databases are migrated at once: the other one has just made it.
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then missing := missing || format(
                '%s; ', case
                    when exists (select from pg_roles where rolname = wanted)
                        then format('grant %I to %I', wanted, current_user)
                    else format('create role %1$I nologin noinherit; grant %1$I to %2$I', wanted, current_user)
                end
            );
        end;
    end loop;
    -- Whoever loads may show pages too, and then takes an accountant's eyes for each.
    foreach wanted in array array['smena_owner', 'smena_loader'] loop
        begin
            if not pg_has_role(wanted, 'smena_accountant', 'set') then
                execute format('grant smena_accountant to %I with inherit false, set true', wanted);
            end if;
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege
                then missing := missing || format('grant smena_accountant to %I with inherit false; ', wanted);
        end;
    end loop;
    if missing <> '' then
        raise exception 'the roles of the desk are not there; an administrator of the server runs once: %', missing
            using errcode = 'insufficient_privilege';
    end if;
end
$$;

create table control.desk_user (
    user_name text not null check (user_name <> ''),
    organization_inn text references control.organization (inn),
    granted_by text not null,
    granted_at timestamptz not null default now(),
    unique nulls not distinct (user_name, organization_inn)
);
comment on table control.desk_user is
'Which organisations a person sees, by the name in Airflow or by the login of the database; without one: all of them.';

-- What the desk says counts only on a connection of the desk. A login of one's own sees what `desk_user` names.
create function control.is_desk() returns boolean
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
        when control.is_desk() then coalesce(current_setting('smena.organizations', true), '') = '*'
        else exists (
            select from control.desk_user where user_name = session_user and organization_inn is null
        )
    end
$$;
comment on function control.sees_all is 'Whether who asks sees every organisation. Nothing said: none.';

create function control.own_organizations() returns text[]
language sql stable security definer parallel safe
set search_path = ''
as $$
    select case
        when control.is_desk()
            then string_to_array(coalesce(current_setting('smena.organizations', true), ''), ',')
        else
            coalesce(
                (select array_agg(organization_inn) from control.desk_user where user_name = session_user), '{}'
            )
    end
$$;
comment on function control.own_organizations is 'The organisations (ИНН) that who asks sees, where it is not all of them.';

create function control.protect(protected regclass) returns void
language plpgsql
as $$
declare
    named text[] := (
        select array_agg(attname::text) from pg_attribute
        where attrelid = protected and attnum > 0 and not attisdropped
    );
    own constant text := '((select control.sees_all()) or %s = any((select control.own_organizations())::text[]))';
    rule text := case
        when protected = 'control.organization'::regclass then format(own, 'inn')
        when 'organization_inn' = any(named) then format(own, 'organization_inn')
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
        -- What belongs to no organisation is nobody's secret: it is read only.
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
    execute format('grant select, insert, update, maintain on %s to smena_loader', protected);
end
$$;
comment on function control.protect is
'Row-level security by organisation and the rights of the four roles: called for every new table of accounting and control.';

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
            and pg_class.oid <> 'control.desk_user'::regclass
    loop
        if found.relkind = 'r' then
            perform control.protect(found.name);
        else
            execute format('alter view %s set (security_invoker = true)', found.name);
            execute format('grant select on %s to smena_owner, smena_loader, smena_accountant, smena_auditor', found.name);
        end if;
    end loop;
end
$$;

-- Whose signature was refused, and the register of who sees what, are no accountant's business.
revoke select on control.mandate_signature from smena_accountant;
grant select on control.desk_user to smena_loader;
grant all on control.desk_user to smena_owner;

alter table raw.page enable row level security;
create policy own_organizations on raw.page for select to smena_accountant, smena_auditor
using (exists (select from control.batch where batch.batch_id = page.batch_id));
create policy everything on raw.page to smena_owner, smena_loader using (true) with check (true);

grant usage on schema raw, accounting, control to smena_owner, smena_loader, smena_accountant, smena_auditor;
grant usage on schema stage to smena_owner, smena_loader;
-- That an answer was read, when and with which digest; not the answer: buyers may be named in it.
grant select (
    page_id, batch_id, fetch_id, kkt_reg_id, method, address, status, fetched_at, sha256, body_bytes
) on raw.page to smena_accountant, smena_auditor;
grant all on all tables in schema raw, stage to smena_owner;
grant select, insert on raw.page to smena_loader;
do $$
begin
    -- `maintain` is analyze; sqlfluff does not know it yet.
    execute 'grant select, insert, update, delete, truncate, maintain on all tables in schema stage to smena_loader';
end
$$;
-- What each plan makes anew. Accounting and its history nobody deletes.
grant delete on control.gap, control.coverage, control.covered_day, control.check_result, control.register_kpp,
control.closed_period, accounting.market_document_line, control.completeness, control.told_shift, control.told_day,
control.told_opening to smena_loader;
grant usage on all sequences in schema raw, stage, accounting, control to smena_owner, smena_loader;
grant select on schema_version to smena_owner, smena_loader, smena_accountant, smena_auditor;

create index shift_that_waits on accounting.shift (organization_inn, closed_at)
where outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period');
create index shift_that_was_late on accounting.shift (organization_inn, closed_at)
where late_by is not null;
create index cash_order_set_aside on accounting.cash_order (organization_inn, date)
where status in ('rejected', 'reversed');
create index decision_that_waits on control.decision (organization_inn, decision_id)
where state = 'open';
create index quarantine_that_waits on control.quarantine (organization_inn, quarantine_id)
where state = 'open';
create index batch_of_run on control.batch (run_id);
create index covered_day_of_batch on control.covered_day (batch_id);
