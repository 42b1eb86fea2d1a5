-- Run by `smena migrate`, revision 0028, downwards.

drop index accounting.waiting_till_shift;
drop index accounting.till_shift_of_organization;
alter table accounting.shift drop column proposed_orders;
delete from stage.cash_order where cash_order.cashbox_id is not null;
alter table stage.cash_order drop column shift_id;
alter table stage.cash_order drop column basis, drop column till_shift, drop column cashbox_id;
alter table stage.cash_order
alter column shift_number set not null,
alter column fiscal_drive_number set not null,
add column shift_id uuid not null generated always as (accounting.shift_id(fiscal_drive_number, shift_number)) stored;
