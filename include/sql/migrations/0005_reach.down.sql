-- Run by `alembic downgrade`, revision 0005.

drop view control.covered;
drop view control.reach;
