-- Run by `smena migrate`, revision 0001, and on the way back from 0007.
create or replace function control.keep_integration_history() returns trigger
language plpgsql
as $$
begin
    insert into control.integration_history
        (organization_inn, product, state, start_date, reason, changed_by, changed_at)
    values (
        new.organization_inn, new.product, new.state, new.start_date, new.reason, new.changed_by, new.changed_at
    );
    return null;
end
$$;
