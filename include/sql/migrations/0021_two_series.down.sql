-- Run by `alembic downgrade`, revision 0021: only without orders, for two series use the same numbers.

do $$
begin
    if exists (select from accounting.cash_order) then
        raise exception 'orders that are numbered in two series cannot go back to one'
            using errcode = 'check_violation', constraint = 'two_series_of_numbers';
    end if;
end
$$;

drop index control.register_of_anyone;
alter table stage.shift drop column user_inn;

alter table accounting.cash_order drop constraint one_number_of_a_series;
alter table accounting.cash_order add constraint cash_order_organization_inn_kpp_book_year_number_key
unique (organization_inn, kpp, book_year, number);

-- here: accounting.check_new_orders.0003
