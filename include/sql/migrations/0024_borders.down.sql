-- Run by `alembic downgrade`, revision 0024.

comment on column control.gap.kkt_reg_id is null;
delete from control.gap where reason in ('no_whole_day', 'not_listed');
alter table control.gap drop constraint gap_reason_check;
alter table control.gap add constraint gap_reason_check check (
    reason in (
        'no_permission', 'before_first_document', 'refused', 'unreadable', 'failed', 'missing_shift', 'open_shift',
        'clock_ahead', 'unidentified'
    )
);

-- here: control.quarantine_days.0014

-- here: control.reach.0010
alter view control.reach set (security_invoker = true);

drop function control.days_between(date, date);
