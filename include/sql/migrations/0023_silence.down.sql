-- Run by `alembic downgrade`, revision 0023.

delete from control.gap
where reason in ('open_shift', 'clock_ahead', 'unidentified');
alter table control.gap drop constraint gap_reason_check;
alter table control.gap add constraint gap_reason_check check (
    reason in ('no_permission', 'before_first_document', 'refused', 'unreadable', 'failed', 'missing_shift')
);
comment on column control.register.last_document_at is null;
alter table control.register drop column has_future_clock;
alter table control.register drop column newest_document_at;
