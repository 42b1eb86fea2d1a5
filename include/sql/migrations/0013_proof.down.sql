-- Run by `smena migrate`, revision 0013, on the way down.

drop table control.difference;
drop view control.completeness_of_organization;
drop table control.completeness;
drop table control.told_day;
drop table control.told_opening;
drop table control.told_shift;

-- here: accounting.keep_shift_history.0010

alter table stage.shift drop column documents_quantity;
alter table accounting.shift_history drop column documents_quantity;
alter table accounting.shift drop column documents_quantity;

alter table control.batch drop constraint batch_reason_check;
-- A batch of a reconciliation stays, as does its evidence: it was asked for.
update control.batch set reason = 'asked' where reason = 'reconcile';
alter table control.batch add constraint batch_reason_check check (reason in ('planned', 'asked', 'backfill'));
