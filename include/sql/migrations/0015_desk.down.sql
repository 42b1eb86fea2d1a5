-- Run by `alembic downgrade`, revision 0015. The four roles stay: other databases of the server may use them.

drop index control.covered_day_of_batch;
drop index control.batch_of_run;
drop index control.quarantine_that_waits;
drop index control.decision_that_waits;
drop index accounting.cash_order_set_aside;
drop index accounting.shift_that_was_late;
drop index accounting.shift_that_waits;

do $$
declare
    found record;
begin
    for found in
        select polname, polrelid::regclass as name from pg_policy
        where polname in ('own_organizations', 'everything')
    loop
        execute format('drop policy %I on %s', found.polname, found.name);
        execute format('alter table %s disable row level security', found.name);
    end loop;
    for found in
        select pg_class.oid::regclass as name from pg_class
        where relnamespace in ('accounting'::regnamespace, 'control'::regnamespace) and relkind = 'v'
    loop
        execute format('alter view %s reset (security_invoker)', found.name);
    end loop;
end
$$;

revoke all on schema_version from smena_owner, smena_loader, smena_accountant, smena_auditor;
revoke all on all tables in schema raw, stage, accounting, control
from smena_owner, smena_loader, smena_accountant, smena_auditor;
revoke all on all sequences in schema raw, stage, accounting, control
from smena_owner, smena_loader, smena_accountant, smena_auditor;
revoke all on schema raw, stage, accounting, control
from smena_owner, smena_loader, smena_accountant, smena_auditor;

drop function control.protect(regclass);
drop function control.own_organizations();
drop function control.sees_all();
drop function control.is_desk();
drop table control.desk_user;
