-- Run by `smena migrate`, back from revision 0011. It goes back only while no decision is about a document.
-- here: accounting.check_order_statuses.0008

drop view accounting.waybill_line;
drop view accounting.waybill;
drop view accounting.sales_report_line;
drop view accounting.sales_report;
drop view accounting.cashless_report_line;
drop view accounting.cashless_report;
-- here: accounting.document.0002
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
