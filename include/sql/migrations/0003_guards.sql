-- Run by `smena migrate`, revision 0003: what no code may do to the accounting, whoever runs it.

create function accounting.refuse() returns trigger
language plpgsql
as $$
begin
    raise exception '% of %.% is refused: history is kept', tg_op, tg_table_schema, tg_table_name
        using errcode = 'integrity_constraint_violation';
end
$$;

create trigger nothing_is_deleted before delete or truncate on accounting.cash_order
for each statement execute function accounting.refuse();
create trigger nothing_is_deleted before delete or truncate on accounting.shift
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on accounting.cash_order_history
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on accounting.shift_history
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.integration_history
for each statement execute function accounting.refuse();

-- here: accounting.keep_shift_history.0003

create trigger shift_history after update on accounting.shift
referencing old table as old_rows
for each statement execute function accounting.keep_shift_history();

-- here: accounting.check_new_orders.0003

create trigger new_orders after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_new_orders();

-- here: accounting.check_changed_orders.0003

create trigger changed_orders after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_changed_orders();
