-- Run by `alembic downgrade`, revision 0016.
drop table control.alert;
