-- Run by `alembic downgrade`, revision 0002.

drop view accounting.document;
drop table accounting.cash_order_history;
drop table accounting.shift_history;
drop table accounting.cash_order;
drop table accounting.shift;
drop function accounting.order_id(uuid, text, text, boolean);
drop function accounting.shift_id(text, integer);
