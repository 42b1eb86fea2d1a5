-- Run by `smena migrate`, revision 0009: what the database keeps true costs a million rows no more than it must.

-- Without `strict` the planner writes its body into the statement that calls it.
-- here: accounting.order_id.0009

-- The rows of a statement come from a batch or two, so their batch is looked up once a statement, not once a row; and
-- it must be a batch of their organisation, which two foreign keys could not say.
alter table accounting.shift
drop constraint shift_organization_inn_fkey,
drop constraint shift_batch_id_fkey;
alter table accounting.cash_order
drop constraint cash_order_organization_inn_fkey,
drop constraint cash_order_batch_id_fkey;

create function accounting.check_batches() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select told.batch_id, told.organization_inn
    into wrong
    from (select distinct batch_id, organization_inn from new_rows) as told
    left join control.batch
        on told.batch_id = batch.batch_id and told.organization_inn = batch.organization_inn
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

-- What the rows point at stays.
create trigger history_is_kept before delete or truncate or update of batch_id, organization_inn on control.batch
for each statement execute function accounting.refuse();
