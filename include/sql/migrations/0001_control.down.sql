-- Run by `alembic downgrade`, revision 0001.

drop schema control cascade;
drop schema accounting cascade;
drop schema stage cascade;
drop schema raw cascade;
