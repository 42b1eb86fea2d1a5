-- Run by `alembic downgrade`, revision 0003.

drop trigger changed_orders on accounting.cash_order;
drop trigger new_orders on accounting.cash_order;
drop trigger shift_history on accounting.shift;
drop trigger history_is_kept on control.integration_history;
drop trigger history_is_kept on accounting.shift_history;
drop trigger history_is_kept on accounting.cash_order_history;
drop trigger nothing_is_deleted on accounting.shift;
drop trigger nothing_is_deleted on accounting.cash_order;
drop function accounting.check_changed_orders();
drop function accounting.check_new_orders();
drop function accounting.keep_shift_history();
drop function accounting.refuse();
