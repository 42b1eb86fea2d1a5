-- Run by `alembic downgrade`, revision 0019.

drop index control.decision_of_rival;
