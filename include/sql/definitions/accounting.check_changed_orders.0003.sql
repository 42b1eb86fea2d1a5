-- Run by `smena migrate`, revision 0003, and on the way back from 0008.
create or replace function accounting.check_changed_orders() returns trigger
language plpgsql
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
            old_rows.shift_id, old_rows.organization_inn, old_rows.kpp, old_rows.kind, old_rows.number,
            old_rows.date, old_rows.operation, old_rows.taxation, old_rows.agent
        )
        is distinct from (
            new_rows.shift_id, new_rows.organization_inn, new_rows.kpp, new_rows.kind, new_rows.number,
            new_rows.date, new_rows.operation, new_rows.taxation, new_rows.agent
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
        old_rows.status in ('accepted', 'rejected')
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

    select old_rows.organization_inn, old_rows.date, closed_period.through
    into wrong
    from old_rows
    inner join control.closed_period
        on
            old_rows.organization_inn = closed_period.organization_inn
            and old_rows.date <= closed_period.through
    limit 1;
    if found then
        raise exception 'an order of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.date, wrong.through
            using errcode = 'check_violation', constraint = 'order_not_in_closed_period';
    end if;

    insert into accounting.cash_order_history select * from old_rows;
    return null;
end
$$;
