-- Run by `smena migrate`, revision 0007.
create or replace function control.keep_integration_history() returns trigger
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
