-- Run by `alembic downgrade`, revision 0008. What was decided stays decided, but nothing tells by whom any more.

drop trigger changed_shifts on accounting.shift;
drop trigger new_shifts on accounting.shift;
drop trigger order_statuses on accounting.cash_order;
drop trigger status_is_signed on accounting.cash_order;
drop trigger orders_begin on accounting.cash_order;
drop trigger decision_is_kept on control.decision;
drop trigger decision_guard on control.decision;
drop trigger closed_period_history on control.closed_period;
drop trigger closed_period_stays on control.closed_period;
drop trigger closed_period_guard on control.closed_period;
drop function accounting.check_changed_shifts();
drop function accounting.check_new_shifts();
drop function accounting.is_booked(text);
drop function accounting.check_order_statuses();
drop function accounting.sign_status();
drop function accounting.check_orders_begin();
drop function control.guard_decision();
drop function control.open_period(text, date, text, text);
drop function control.keep_closed_period_history();
drop function control.guard_closed_period();

drop function accounting.late_by(timestamp, timestamp, text);
alter table accounting.shift_history drop column late_by, drop column decision_id;
alter table accounting.shift drop column late_by, drop column decision_id;
alter table accounting.cash_order_history
drop column issue, drop column status_by, drop column status_at, drop column status_reason,
drop column issued_decision_id, drop column reversed_decision_id, drop column reversed_on;
alter table accounting.cash_order drop constraint a_decision_reverses;
drop index accounting.cash_order_of_shift;
alter table accounting.cash_order
drop column issue, drop column status_by, drop column status_at, drop column status_reason,
drop column issued_decision_id, drop column reversed_decision_id, drop column reversed_on;
drop function accounting.order_id(uuid, text, text, boolean, integer);

create or replace function accounting.keep_shift_history() returns trigger
language plpgsql
as $$
begin
    insert into accounting.shift_history select * from old_rows;
    return null;
end
$$;

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

delete from control.decision
where decision.kind = 'review' or decision.state = 'resolved';
drop index control.decision_of_shift;
drop index control.one_open_decision;
alter table control.decision drop constraint a_resolution_is_signed;
alter table control.decision
drop column proposal, drop column resolution, drop column resolved_by, drop column resolved_at,
drop column resolution_reason;
comment on column control.decision.digest is null;
alter table control.decision add constraint decision_shift_id_kind_digest_key unique (shift_id, kind, digest);
alter table control.decision drop constraint decision_kind_check;
alter table control.decision add constraint decision_kind_check check (kind in ('conflict', 'duplicate'));

drop table control.closed_period_history;
alter table control.closed_period drop column reason;
