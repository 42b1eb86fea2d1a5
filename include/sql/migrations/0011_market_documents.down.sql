-- Run by `smena migrate`, back from revision 0011. It goes back only while no decision is about a document.
create or replace function accounting.check_order_statuses() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.status, new_rows.status as wanted
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.status <> new_rows.status
        and not case old_rows.status
            when 'new' then true
            when 'accepted' then new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null
            when 'rejected'
                then
                    new_rows.status = 'accepted'
                    or (new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null)
            when 'reversed' then new_rows.status = 'new' and old_rows.reversed_decision_id is null
        end
    limit 1;
    if found then
        raise exception 'order % of % / % is % and cannot become %',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status, wrong.wanted
            using errcode = 'check_violation', constraint = 'order_status_moves_on';
    end if;

    select old_rows.organization_inn, old_rows.kpp, old_rows.number
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.reversed_decision_id is distinct from new_rows.reversed_decision_id
        and (
            old_rows.reversed_decision_id is not null
            or not exists (
                select from control.decision
                where
                    decision.decision_id = new_rows.reversed_decision_id
                    and decision.shift_id = new_rows.shift_id
                    and decision.resolution = 'reverse'
            )
        )
    limit 1;
    if found then
        raise exception 'order % of % / %: no decision about its shift reverses it',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_reversed_by_decision';
    end if;
    return null;
end
$$;

drop view accounting.waybill_line;
drop view accounting.waybill;
drop view accounting.sales_report_line;
drop view accounting.sales_report;
drop view accounting.cashless_report_line;
drop view accounting.cashless_report;
create or replace view accounting.document as
select
    document_id,
    kind,
    number::text as number,
    date,
    organization_inn,
    kpp,
    counterparty,
    amount,
    source,
    status,
    loaded_at,
    batch_id
from accounting.cash_order;
drop table stage.market_document_line;
drop table stage.market_document;
drop index control.one_open_decision_of_document;
drop trigger decision_guard on control.decision;
alter table control.decision
drop constraint decision_is_about_something,
drop column document_id,
alter column shift_id set not null;
create trigger decision_guard before update on control.decision
for each row
when (
    old.state <> 'open'
    or (
        old.organization_inn, old.kind, old.shift_id, old.reason, old.kept, old.held, old.proposal, old.digest,
        old.evidence, old.decided_by, old.decided_at, old.batch_id
    )
    is distinct from (
        new.organization_inn, new.kind, new.shift_id, new.reason, new.kept, new.held, new.proposal, new.digest,
        new.evidence, new.decided_by, new.decided_at, new.batch_id
    )
)
execute function control.guard_decision();
drop table accounting.market_document_history;
drop table accounting.market_document_line;
drop table accounting.market_document;
drop function accounting.guard_market_document();
