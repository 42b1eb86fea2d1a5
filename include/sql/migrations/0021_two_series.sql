-- Run by `smena migrate`, revision 0021: ПКО and РКО are numbered in two series of a cash book and year, and a staged shift
-- keeps the ИНН that its z-report names, as two organisations may list one register.
--
-- Orders of the one former series cannot be numbered anew, for an issued order never changes: a warehouse that has any is
-- refused here too, whatever ran this file.

do $$
begin
    if exists (select from accounting.cash_order) then
        raise exception 'this warehouse numbers ПКО and РКО in one series; make a new database for this release'
            using errcode = 'check_violation', constraint = 'two_series_of_numbers';
    end if;
end
$$;

alter table accounting.cash_order drop constraint cash_order_organization_inn_kpp_book_year_number_key;
alter table accounting.cash_order add constraint one_number_of_a_series
unique (organization_inn, kpp, kind, book_year, number);

-- here: accounting.check_new_orders.0021

alter table stage.shift add column user_inn text;
comment on column stage.shift.user_inn is 'The ИНН that the z-report names; null where it names none.';
create index register_of_anyone on control.register (kkt_reg_id);
