-- Run by `smena migrate`, back from revision 0010. It goes back only while nothing of Kontur.Market was loaded.

drop trigger moved_orders on accounting.cash_order;
drop function accounting.check_moved_orders();

-- here: accounting.check_changed_orders.0008

-- here: accounting.keep_shift_history.0008

drop view control.reach;
-- here: control.reach.0007
comment on view control.reach is
'Days from the start date in force on which a register may be read: named by the mandate, inside its permission, not '
'before its first document.';

drop table stage.till_shift;
alter table control.decision drop column rival_id;
drop function accounting.shift_facts(accounting.shift);
drop function accounting.till_shift_id(text, text);

alter table accounting.shift
drop constraint duplicate_of_another_source,
drop constraint shift_is_known_by_its_source,
drop column shop_id, drop column cashbox_id, drop column till_shift, drop column price_correction, drop column same_as,
alter column kkt_reg_id set not null,
alter column fiscal_drive_number set not null,
alter column shift_number set not null,
alter column fiscal_document_number set not null;
alter table accounting.shift_history
drop column shop_id, drop column cashbox_id, drop column till_shift, drop column price_correction, drop column same_as,
alter column kkt_reg_id set not null,
alter column fiscal_drive_number set not null,
alter column shift_number set not null,
alter column fiscal_document_number set not null;
-- As they were named when the table was made like the other one.
alter table accounting.shift_history
rename constraint shift_history_kkt_reg_id_not_null to shift_kkt_reg_id_not_null;
alter table accounting.shift_history
rename constraint shift_history_fiscal_drive_number_not_null to shift_fiscal_drive_number_not_null;
alter table accounting.shift_history
rename constraint shift_history_shift_number_not_null to shift_shift_number_not_null;
alter table accounting.shift_history
rename constraint shift_history_fiscal_document_number_not_null to shift_fiscal_document_number_not_null;

drop table control.register_link;
drop table control.shop;
