-- Run by `smena migrate`, revision 0021.
create or replace function accounting.check_new_orders() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select fresh.organization_inn, fresh.date, integration.start_date
    into wrong
    from (select distinct organization_inn, source, date from new_rows) as fresh
    left join control.integration
        on integration.organization_inn = fresh.organization_inn and integration.product = fresh.source
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

    -- ПКО and РКО are two series of numbers. In each, the new numbers of a cash book and year are one run without a gap,
    -- which starts at 1 or right after a number that exists.
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
