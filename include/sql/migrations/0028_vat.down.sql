-- Run by `alembic downgrade`, revision 0028.

alter table control.organization drop column vat;
