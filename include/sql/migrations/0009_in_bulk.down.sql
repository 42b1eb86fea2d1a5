-- Run by `smena migrate`, back from revision 0009.
drop trigger history_is_kept on control.batch;
drop trigger batches_of_changed on accounting.cash_order;
drop trigger batches_of_new on accounting.cash_order;
drop trigger batches_of_changed on accounting.shift;
drop trigger batches_of_new on accounting.shift;
drop function accounting.check_batches();

alter table accounting.shift
add foreign key (organization_inn) references control.organization (inn),
add foreign key (batch_id) references control.batch (batch_id);
alter table accounting.cash_order
add foreign key (organization_inn) references control.organization (inn),
add foreign key (batch_id) references control.batch (batch_id);

-- here: accounting.order_id.0002
