-- Run by `alembic downgrade`, revision 0025.

alter table stage.shift drop column has_corrections;
alter table control.organization drop column corrections;
