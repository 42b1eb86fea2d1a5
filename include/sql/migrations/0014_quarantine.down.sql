-- Run by `smena migrate`, back from revision 0014.
drop view control.quarantine_days;
drop trigger nothing_is_deleted on control.quarantine;
drop trigger quarantine_history on control.quarantine;
drop table control.quarantine_history;
drop function control.keep_quarantine_history();
drop index control.quarantine_open;
alter table control.quarantine
drop constraint released_by_a_batch,
drop constraint resolved_by_somebody,
drop constraint open_is_not_resolved,
drop column fiscal_drive_number,
drop column shift_number,
drop column fiscal_document_number,
drop column resolved_by,
drop column resolved_at,
drop column resolution_reason,
drop column resolved_batch_id,
drop column retried_by,
drop column retried_at;
