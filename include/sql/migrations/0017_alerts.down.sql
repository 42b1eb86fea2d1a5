-- Run by `alembic downgrade`, revision 0017.
drop table control.alert;
