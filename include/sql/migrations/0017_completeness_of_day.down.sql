-- Run by `alembic downgrade`, revision 0017.

drop index control.completeness_of_day;
