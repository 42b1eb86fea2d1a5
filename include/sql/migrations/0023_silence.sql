-- Run by `smena migrate`, revision 0023: what the operator's list says of a register is held against what is known of it.

alter table control.register add column newest_document_at timestamp;
alter table control.register add column has_future_clock boolean not null default false;
comment on column control.register.last_document_at is
'As the newest list has it; null where the list does not say, or cannot be read. A hint, never a proof.';
comment on column control.register.newest_document_at is
'The greatest last_document_at of all lists, without times that no clock can show yet. It never goes back.';
comment on column control.register.has_future_clock is
'Whether the newest list names a document of the future: the clock of the register, or of the list, cannot be right.';

alter table control.gap drop constraint gap_reason_check;
alter table control.gap add constraint gap_reason_check check (
    reason in (
        'no_permission', 'before_first_document', 'refused', 'unreadable', 'failed', 'missing_shift', 'open_shift',
        'clock_ahead', 'unidentified'
    )
);
