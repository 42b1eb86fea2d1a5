-- Run by `alembic downgrade`, revision 0004.

drop table stage.reject;
drop table stage.cash_order;
drop table stage.shift;
drop table raw.page;
