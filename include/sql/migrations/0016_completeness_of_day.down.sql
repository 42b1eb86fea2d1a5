-- Run by `alembic downgrade`, revision 0016.

drop index control.completeness_of_day;
