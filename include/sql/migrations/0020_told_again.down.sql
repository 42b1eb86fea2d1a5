-- Run by `alembic downgrade`, revision 0020.

drop table raw.told_again;
